import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newId } from '../../../base/ids.js';
import type { AttachStream, ContainerCommand, ContainerProcess, ExecDriver } from '../driver.js';
import type { LogTarget } from '../../../base/log-target.js';
import { CGROUP_PARENT, specOf, type SpecChanges } from './spec.js';

const CGROUPS = '/sys/fs/cgroup';

function rmdirIfThere(folder: string): void {
  if (existsSync(folder)) rmdirSync(folder);
}

/** Everything that a test of an ExecDriver leaves on disk, in one temporary folder. */
export class Box {
  readonly folder = mkdtempSync(join(tmpdir(), 'slipway-execdriver-'));
  readonly execRoot = join(this.folder, 'exec');
  readonly image = join(this.folder, 'image');
  private readonly made: ContainerProcess[] = [];

  constructor() {
    if (process.getuid?.() !== 0) throw new Error('tests of an exec driver make namespaces and cgroups: run them as root');
    for (const folder of ['bin', 'etc', 'proc', 'sys', 'dev', 'tmp', 'root']) mkdirSync(join(this.image, folder), { recursive: true });
    copyFileSync('/bin/busybox', join(this.image, 'bin/busybox'));
    const applets = execFileSync('/bin/busybox', ['--list'], { encoding: 'utf8' }).trim().split('\n');
    for (const applet of applets) if (applet !== 'busybox') symlinkSync('busybox', join(this.image, 'bin', applet));
    writeFileSync(join(this.image, 'etc/passwd'), 'root:x:0:0:root:/root:/bin/sh\nuser:x:1000:1000::/home/user:/bin/sh\n');
    writeFileSync(join(this.image, 'etc/plain'), 'not a program\n');
  }

  /** A command with a rootfs of its own over the image. */
  command(
    args: readonly string[],
    changes: SpecChanges & Partial<Pick<ContainerCommand, 'tty' | 'openStdin' | 'stdinOnce' | 'consoleSize'>> = {},
  ): ContainerCommand {
    const id = newId();
    const [upper, work] = ['upper', 'work'].map((name) => join(this.folder, 'layers', id, name));
    for (const folder of [upper, work]) mkdirSync(folder as string, { recursive: true });
    const log: LogTarget = { driver: 'json-file', path: join(this.folder, `${id}.log`), maxSize: 0, maxFiles: 1, compress: false };
    const { tty = false, openStdin = false, stdinOnce = false, consoleSize } = changes;
    const options = [`lowerdir=${this.image}`, `upperdir=${upper}`, `workdir=${work}`];
    return {
      id,
      spec: specOf(id, args, changes),
      rootfs: [{ type: 'overlay', source: 'overlay', options }],
      tty,
      openStdin,
      stdinOnce,
      log,
      consoleSize,
    };
  }

  /** Folder in which the writes of a command's container end up. */
  upper(command: ContainerCommand): string {
    return join(this.folder, 'layers', command.id, 'upper');
  }

  async create(driver: ExecDriver, command: ContainerCommand): Promise<ContainerProcess> {
    const made = await driver.create(command);
    this.made.push(made);
    return made;
  }

  /** Runs a container to its end. */
  async run(driver: ExecDriver, command: ContainerCommand): Promise<{ exitCode: number; output: string }> {
    const container = await this.create(driver, command);
    const output = collect(await container.attach({ stdin: false, stdout: true, stderr: true }), command.tty);
    await container.start();
    const [{ exitCode }, text] = [await container.exit, await output];
    await container.dispose();
    return { exitCode, output: text };
  }

  /** The records of a container's log. */
  log(command: ContainerCommand): { log: string; stream: string; time: string }[] {
    const text = readFileSync((command.log as { path: string }).path, 'utf8');
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as { log: string; stream: string; time: string });
  }

  async remove(): Promise<void> {
    await Promise.all(this.made.map((each) => each.dispose()));
    rmSync(this.folder, { recursive: true, force: true });
    for (const hierarchy of ['.', ...readdirSync(CGROUPS)]) rmdirIfThere(join(CGROUPS, hierarchy, CGROUP_PARENT));
  }
}

/** Everything a stream gives up to its end, without the headers of the frames. */
export async function collect(stream: AttachStream, raw = false): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of stream) pieces.push(piece as Buffer);
  const all = Buffer.concat(pieces);
  if (raw) return all.toString();
  let text = '';
  for (let at = 0; at < all.length; at += 8 + all.readUInt32BE(at + 4))
    text += all.toString('utf8', at + 8, at + 8 + all.readUInt32BE(at + 4));
  return text;
}

/** Resolves when the stream has given `text`; the stream goes on flowing. */
export function sees(stream: AttachStream, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let seen = '';
    stream.on('data', (piece: Buffer) => {
      seen += piece.toString();
      if (seen.includes(text)) resolve();
    });
    stream.once('end', () => reject(new Error(`the stream ended with ${JSON.stringify(seen)}`)));
  });
}
