import { spawn, type ChildProcess, type ChildProcessByStdio } from 'node:child_process';
import { Duplex, type Readable, type Writable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ModuleRef } from '@nestjs/core';
import { Container, type ContainerRecord } from '../../../container/container.js';
import { Execs } from '../../../container/exec.js';
import { CREATED, started } from '../../../container/state.js';
import { Containers } from '../../../container/store.js';
import type { ContainerProcess, ExecCommand, ExecProcess, ExitStatus } from '../../../drivers/execdriver/driver.js';
import type { JobGuard } from '../../../engine/access/index.js';
import { ContainerAttach } from '../../../engine/container/attach.js';
import type { Logs } from '../../../engine/container/logs/logs.js';
import { ContainerResize } from '../../../engine/container/resize.js';
import { Engine } from '../../../engine/engine.js';
import { ContainerExec } from '../../../engine/exec/container-exec.js';
import { Counters } from '../../../engine/metrics/counters.js';
import { ExecResize } from '../../../engine/exec/exec-resize.js';
import { ExecStart } from '../../../engine/exec/exec-start.js';
import { Processes } from '../../../engine/exec/processes.js';
import { Events } from '../../../events/events.js';
import { Database } from '../../../state/database.js';
import { TERMINAL_BYTES } from '../channel.js';
import type { ChannelParams } from '../protocol.js';
import { openChannel, type OpenedChannel } from '../testing/page.js';
import { ExecTerminals } from '../terminals/exec-terminal.js';
import { TerminalSessions } from '../terminals/sessions.js';
import { TerminalChannel } from './terminal.js';

const ID = 'ab'.repeat(32);

/** Both pipes of a child as the one connection that a driver gives; what is written after its end is lost, as on a socket. */
function joined({ stdin, stdout }: ChildProcessByStdio<Writable, Readable, null>): Duplex {
  stdin.on('error', () => undefined);
  const stream = new Duplex({
    read: () => void stdout.resume(),
    write: (chunk: Buffer, _, done) => void stdin.write(chunk, () => done()),
    final: (done) => void stdin.end(() => done()),
  });
  stdout.on('data', (chunk) => void (stream.push(chunk) || stdout.pause()));
  stdout.on('end', () => stream.push(null));
  return stream;
}

/** A container's process whose execs are ordinary processes of the host, without a tty. */
class HostProcess {
  readonly id = ID;
  readonly pid = process.pid;
  readonly children: ChildProcess[] = [];
  readonly sizes: string[] = [];
  readonly signals: number[] = [];
  users: unknown[] = [];

  async exec({ process: section, consoleSize }: ExecCommand): Promise<ExecProcess> {
    const [command = '', ...args] = section['args'] as string[];
    const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    this.children.push(child);
    this.users.push(section['user']);
    if (consoleSize) this.sizes.push(`${consoleSize.rows}x${consoleSize.columns}`);
    const exit = new Promise<ExitStatus>((resolve) =>
      child.once('close', (code) => resolve({ exitCode: code ?? 137, signal: 0, oomKilled: false, finishedAt: Date.now() })),
    );
    return {
      pid: child.pid ?? 0,
      stream: joined(child),
      exit,
      resize: async (rows, columns) => void this.sizes.push(`${rows}x${columns}`),
      signal: async (signal) => void (this.signals.push(signal), child.kill(signal)),
    };
  }

  async attach(): Promise<Duplex> {
    const child = spawn('cat', { stdio: ['pipe', 'pipe', 'inherit'] });
    this.children.push(child);
    return joined(child);
  }

  async resize(rows: number, columns: number): Promise<void> {
    this.sizes.push(`console ${rows}x${columns}`);
  }
}

let host: HostProcess;
let container: Container;
let terminal: TerminalChannel;
let sessions: TerminalSessions;
let opened: OpenedChannel<Uint8Array>[];

function build(tty: boolean): void {
  const containers = new Containers(new Database(':memory:'));
  const config = { Tty: tty, OpenStdin: true, Env: [], WorkingDir: '/' };
  const record = { id: ID, name: 'web', config, hostConfig: {}, mounts: [] } as unknown as ContainerRecord;
  container = new Container(record, started(CREATED, process.pid));
  containers.reserve('web', ID);
  containers.insert(container);
  host = new HostProcess();
  container.process = host as unknown as ContainerProcess;
  const events = new Events();
  const execs = new Execs();
  const processes = new Processes(events);
  const jobs = new Map<unknown, unknown>([
    [ContainerExec, new ContainerExec(containers, execs, processes)],
    [ExecStart, new ExecStart(containers, execs, processes)],
    [ExecResize, new ExecResize(execs)],
    [ContainerAttach, new ContainerAttach(containers, {} as Logs, events)],
    [ContainerResize, new ContainerResize(containers, events)],
  ]);
  const engine = new Engine({ get: (job: unknown) => jobs.get(job) } as unknown as ModuleRef, new Counters(), {
    check: () => undefined,
  } as unknown as JobGuard);
  sessions = new TerminalSessions(containers, new ExecTerminals(engine, events, execs));
  terminal = new TerminalChannel(engine, sessions);
}

beforeEach(() => {
  build(true);
  opened = [];
});
afterEach(() => {
  for (const { channel } of opened) channel.close();
  for (const child of host.children) child.kill('SIGKILL');
});

function open(params: Partial<ChannelParams['terminal']>, take = true): OpenedChannel<Uint8Array> {
  const page = openChannel(terminal, { container: 'web', rows: 24, columns: 80, ...params }, { take, window: TERMINAL_BYTES });
  opened.push(page);
  return page;
}
const text = ({ received }: OpenedChannel<Uint8Array>) => Buffer.concat(received).toString();
const type = ({ channel }: OpenedChannel<Uint8Array>, input: string) => channel.input(Buffer.from(input));

describe('a process of its own', () => {
  test('takes input, gives output, and ends with the exit code', async () => {
    const page = open({ command: ['sh', '-c', 'read line; echo "got $line"; exit 3'] });
    type(page, 'hello\n');
    expect(await page.ended).toEqual({ exitCode: 3 });
    expect(text(page)).toBe('got hello\n');
    expect(container.execs.size).toBe(0);
  });

  test('has the size of the page, and changes it with the page', async () => {
    const page = open({ command: ['cat'], rows: 50, columns: 132 });
    page.channel.resize(10, 20);
    await expect.poll(() => host.sizes).toEqual(['50x132', '10x20']);
    page.channel.resize(11, 21);
    await expect.poll(() => host.sizes).toEqual(['50x132', '10x20', '11x21']);
  });

  test('passes on the keys that detach elsewhere', async () => {
    const page = open({ command: ['head', '-c', '3'] });
    type(page, '\x10\x11x');
    await page.ended;
    expect(text(page)).toBe('\x10\x11x');
  });

  test('waits when the page does not take its output in', async () => {
    const page = open({ command: ['head', '-c', '1000000', '/dev/zero'] }, false);
    const bytes = () => page.received.reduce((sum, { byteLength }) => sum + byteLength, 0);
    await page.until(() => bytes() > TERMINAL_BYTES.size - TERMINAL_BYTES.largest);
    expect(bytes()).toBeLessThanOrEqual(TERMINAL_BYTES.size);
    while (bytes() < 1_000_000) {
      const before = bytes();
      page.channel.taken(before);
      await page.until(() => bytes() > before);
    }
    expect(await page.ended).toEqual({ exitCode: 0 });
    expect(Math.max(...page.received.map(({ byteLength }) => byteLength))).toBeLessThanOrEqual(TERMINAL_BYTES.largest);
  });

  test('is hung up when the page leaves', async () => {
    const page = open({ command: ['sleep', '1000'] });
    await expect.poll(() => host.children.length).toBe(1);
    const gone = new Promise((resolve) => host.children[0]?.once('close', (_, signal) => resolve(signal)));
    page.channel.close();
    await page.ended;
    expect(await gone).toBe('SIGHUP');
  });

  test('cannot be made in a container that does not run, or does not exist', async () => {
    await expect(open({ container: 'nobody' }).ended).rejects.toThrow('No such container: nobody');
    container.state = CREATED;
    await expect(open({}).ended).rejects.toThrow('is not running');
    await expect(open({ rows: 0 }).ended).rejects.toThrow('rows must be a whole number from 1 to 65535');
    await expect(open({ command: 'ls; id' as never }).ended).rejects.toThrow('command must be a list of strings');
  });
});

describe('a session', () => {
  const SESSION = 'session-1';
  const echo = ['sh', '-c', 'while read line; do echo "got $line"; done; exit 4'];

  test('goes on without the page, is joined again with its past, and shared', async () => {
    const first = open({ session: SESSION, command: echo });
    type(first, 'one\n');
    await first.until(() => text(first) === 'got one\n');
    first.channel.close();
    await first.ended;
    const [second, third] = [open({ session: SESSION, rows: 30, columns: 100 }), open({ session: SESSION, rows: 20, columns: 120 })];
    for (const page of [second, third]) await page.until(() => text(page) === 'got one\n');
    expect(sessions.all().map(({ viewerCount }) => viewerCount)).toEqual([2]);
    type(second, 'two\n');
    for (const page of [second, third]) await page.until(() => text(page) === 'got one\ngot two\n');
    await expect.poll(() => host.sizes).toEqual(['24x80', '30x100', '20x100']);
    third.channel.close();
    await expect.poll(() => host.sizes.at(-1)).toBe('30x100');
    host.children[0]?.stdin?.end();
    expect(await second.ended).toEqual({ exitCode: 4 });
    const late = open({ session: SESSION });
    expect(await late.ended).toEqual({ exitCode: 4 });
    expect(text(late)).toBe('got one\ngot two\n');
  });

  test('does not wait for a page that is slow when another is not', async () => {
    const slow = open({ session: SESSION, command: ['head', '-c', '3000000', '/dev/zero'] }, false);
    const quick = open({ session: SESSION });
    expect(await quick.ended).toEqual({ exitCode: 0 });
    expect(Buffer.concat(quick.received).length).toBe(3_000_000);
    expect(Buffer.concat(slow.received).length).toBeLessThanOrEqual(TERMINAL_BYTES.size);
  });

  test('is not waited for when nobody looks', async () => {
    const page = open({ session: SESSION, command: ['sh', '-c', 'read go; head -c 2000000 /dev/zero'] });
    type(page, 'go\n');
    page.channel.close();
    await page.ended;
    await expect.poll(() => sessions.all()[0]?.ended, { timeout: 10_000 }).toEqual({ exitCode: 0 });
  });

  test('ends when it is told to, and is then no more', async () => {
    const page = open({ session: SESSION, command: ['sleep', '1000'] });
    await expect.poll(() => sessions.all().length).toBe(1);
    await sessions.end(SESSION);
    expect(await page.ended).toEqual({});
    expect(sessions.all()).toEqual([]);
    await expect(sessions.end(SESSION)).rejects.toThrow('no such terminal');
    await expect(open({ session: SESSION }).ended).rejects.toThrow('this terminal has ended');
    await expect(open({ session: 'a b' }).ended).rejects.toThrow('session must be');
  });

  test('is one when two pages ask for it at once', async () => {
    const pages = [open({ session: SESSION, command: echo }), open({ session: SESSION, command: echo })];
    await expect.poll(() => sessions.all()[0]?.viewerCount).toBe(2);
    expect(host.children).toHaveLength(1);
    expect(pages).toHaveLength(2);
  });
});

describe('the container’s console', () => {
  test('is joined at the size of the page', async () => {
    const page = open({ attach: true });
    type(page, 'x\n');
    await page.until(() => text(page) === 'x\n');
    expect(host.sizes).toEqual(['console 24x80']);
  });

  test('without a tty gives both streams, with the line ends of a screen', async () => {
    build(false);
    const page = open({ attach: true });
    const frame = (stream: number, content: string) => {
      const head = Buffer.from([stream, 0, 0, 0, 0, 0, 0, content.length]);
      return Buffer.concat([head, Buffer.from(content)]).toString('latin1');
    };
    type(page, frame(1, 'out\n') + frame(2, 'err\n'));
    await expect.poll(() => text(page)).toBe('out\r\nerr\r\n');
  });
});
