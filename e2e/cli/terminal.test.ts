import { describe, expect, test } from 'vitest';
import { BUSYBOX } from '../fixtures/busybox.ts';
import { unique } from '../fixtures/names.ts';
import { must } from '../fixtures/process.ts';
import { useDaemon } from '../fixtures/suite.ts';

const suite = useDaemon();
const DETACH = '\u0010\u0011'; // Ctrl-P Ctrl-Q, Docker's default

describe('docker run -it', () => {
  test('gives a shell on a terminal of the size of the own one', async () => {
    const terminal = suite.docker.terminal(['run', '--rm', '-it', BUSYBOX, 'sh'], { columns: 111, rows: 42 });
    await terminal.printed(/# /);
    terminal.write('stty size; tty; echo TERM=$TERM\n');
    await terminal.printed(/42 111/);
    await terminal.printed(/\/dev\/pts\/0/);
    await terminal.printed(/TERM=xterm/);
    terminal.write('exit 6\n');
    expect((await terminal.ended).code).toBe(6);
  });

  test('Ctrl-C reaches the program in the container', async () => {
    const terminal = suite.docker.terminal([
      'run',
      '--rm',
      '-it',
      BUSYBOX,
      'sh',
      '-c',
      'trap "echo interrupted; exit 4" INT; echo ready; while :; do sleep 0.1; done',
    ]);
    await terminal.printed(/ready/);
    terminal.write('\u0003');
    await terminal.printed(/interrupted/);
    expect((await terminal.ended).code).toBe(4);
  });

  test('a terminal that changes its size changes it inside', async () => {
    const name = unique('resized');
    const script = 'trap "stty size" WINCH; echo ready; while :; do sleep 0.1; done';
    const terminal = suite.docker.terminal(['run', '--rm', '-it', '--name', name, BUSYBOX, 'sh', '-c', script], { columns: 80, rows: 24 });
    await terminal.printed(/ready/);
    // The docker CLI is the child of script's shell; its terminal is resized as a window would be.
    const cli = await must('pgrep', ['-f', `run --rm -it --name ${name} `]);
    const pid = cli.split('\n').at(-1)!;
    await must('stty', ['-F', await must('readlink', [`/proc/${pid}/fd/0`]), 'cols', '99', 'rows', '55']);
    await terminal.printed(/55 99/);
    await suite.docker.ok('kill', name);
    await terminal.ended;
  });
});

describe('detach and attach', () => {
  test('the detach keys leave the container running; attach finds it again', async () => {
    const name = unique('detached');
    const first = suite.docker.terminal([
      'run',
      '-it',
      '--name',
      name,
      BUSYBOX,
      'sh',
      '-c',
      'echo ready; while read line; do echo "got $line"; done',
    ]);
    await first.printed(/ready/);
    first.write(DETACH);
    await first.printed(/read escape sequence/).catch(() => first.ended);
    await first.ended;
    expect((await suite.docker.inspect(name)).State.Running).toBe(true);
    const second = suite.docker.terminal(['attach', name]);
    second.write('again\n');
    await second.printed(/got again/);
    second.write(DETACH);
    await second.ended;
    expect((await suite.docker.inspect(name)).State.Running).toBe(true);
    await suite.docker.ok('rm', '-f', name);
  });

  test('own detach keys are taken', async () => {
    const name = unique('keys');
    const terminal = suite.docker.terminal([
      'run',
      '-it',
      '--detach-keys=ctrl-x',
      '--name',
      name,
      BUSYBOX,
      'sh',
      '-c',
      'echo ready; sleep 600',
    ]);
    await terminal.printed(/ready/);
    terminal.write('\u0018');
    await terminal.ended;
    expect((await suite.docker.inspect(name)).State.Running).toBe(true);
    await suite.docker.ok('rm', '-f', name);
  });

  test('attach without a terminal gets both streams and the exit code', async () => {
    const name = unique('attached');
    await suite.docker.ok('run', '-di', '--name', name, BUSYBOX, 'sh', '-c', 'read line; echo "out $line"; echo "err $line" >&2; exit 8');
    // Input that ends would end the attachment, and with it the output: the container keeps its own input open (StdinOnce is off).
    const attached = suite.docker.start('attach', name);
    attached.write('x\n');
    const { code, stdout, stderr } = await attached.ended;
    expect({ code, stdout, stderr }).toEqual({ code: 8, stdout: 'out x\n', stderr: 'err x\n' });
    await suite.docker.ok('rm', name);
  });
});
