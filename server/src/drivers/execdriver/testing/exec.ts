import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { collect, sees } from './box.js';
import { ALL, OUTPUT, kindOfRejection, type Given } from './given.js';
import { processOf } from './spec.js';

export function testExec(given: Given): void {
  describe('exec', () => {
    it('joins the namespaces, gives output and exit code, and refuses what is not there', async () => {
      const container = await given.box.create(given.driver, given.box.command(['sleep', '1000']));
      await container.start();
      const run = async (args: string[]) => {
        const exec = await container.exec({ id: 'x', process: processOf(args), tty: false, attach: OUTPUT });
        return [await collect(exec.stream), (await exec.exit).exitCode];
      };
      expect(await run(['sh', '-c', 'hostname; ls -1 /proc/self/fd; exit 3'])).toEqual(['box\n0\n1\n2\n3\n', 3]);
      const missing = container.exec({ id: 'x', process: processOf(['nosuch']), tty: false, attach: OUTPUT });
      expect(await kindOfRejection(missing)).toBe('NotFound');
      const exec = await container.exec({ id: 'x', process: processOf(['cat']), tty: false, attach: ALL });
      expect(await container.pids()).toEqual(expect.arrayContaining([container.pid, exec.pid]));
      exec.stream.end('through');
      expect(await collect(exec.stream)).toBe('through');
    });

    it('has a terminal when asked', async () => {
      const container = await given.box.create(given.driver, given.box.command(['sleep', '1000']));
      await container.start();
      const exec = await container.exec({
        id: 'x',
        process: processOf(['sh', '-c', 'stty size; read x; stty size']),
        tty: true,
        attach: ALL,
        consoleSize: { rows: 10, columns: 20 },
      });
      await sees(exec.stream, '10 20');
      await exec.resize(11, 22);
      exec.stream.write('\n');
      await sees(exec.stream, '11 22');
      expect(await exec.exit).toMatchObject({ exitCode: 0 });
    });

    it('tells its exit code also to one who asks something of it in that moment', async () => {
      const container = await given.box.create(given.driver, given.box.command(['sleep', '1000']));
      await container.start();
      for (let round = 0; round < 10; round++) {
        const exec = await container.exec({ id: 'x', process: processOf(['sh', '-c', 'exit 3']), tty: true, attach: ALL });
        exec.stream.resume();
        // A busy daemon: the process has ended and been reaped before anything of it is read.
        while (existsSync(`/proc/${exec.pid}`)) continue;
        await exec.resize(10, 20).catch(() => undefined);
        expect(await exec.exit).toMatchObject({ exitCode: 3 });
      }
    });
  });
}
