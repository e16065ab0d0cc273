import { describe, expect, it } from 'vitest';
import { collect, sees } from './box.js';
import { ALL, OUTPUT, type Given } from './given.js';

export function testStdio(given: Given): void {
  describe('its stdio', () => {
    it('takes input and its end from an attached client', async () => {
      const container = await given.box.create(given.driver, given.box.command(['cat'], { openStdin: true, stdinOnce: true }));
      const stream = await container.attach(ALL);
      const output = collect(stream);
      await container.start();
      stream.write('hello ');
      stream.end('world');
      expect(await output).toBe('hello world');
      expect(await container.exit).toMatchObject({ exitCode: 0 });
    });

    it('moves megabytes without a loss through a slow client', async () => {
      const container = await given.box.create(given.driver, given.sh('head -c 3000000 /dev/zero | tr "\\0" x'));
      const stream = await container.attach(OUTPUT);
      await container.start();
      let size = 0;
      for await (const piece of stream) {
        size += (piece as Buffer).length;
        await new Promise(setImmediate);
      }
      expect(size).toBeGreaterThanOrEqual(3_000_000);
      expect(await container.exit).toMatchObject({ exitCode: 0 });
    });

    it('is a terminal of the size asked for, which can change', async () => {
      const command = given.sh('stty size; test -c /dev/console && tty; read x; stty size', {
        tty: true,
        openStdin: true,
        consoleSize: { rows: 33, columns: 99 },
      });
      const container = await given.box.create(given.driver, command);
      const stream = await container.attach(ALL);
      const [first, second] = [sees(stream, '33 99\r\n/dev/pts/0\r\n'), sees(stream, '44 111')];
      await container.start();
      await first;
      await container.resize(44, 111);
      stream.write('\n');
      await second;
      expect(await container.exit).toMatchObject({ exitCode: 0 });
    });

    it('logs long lines in parts and foreign bytes as U+FFFD', async () => {
      const command = given.sh('head -c 20000 /dev/zero | tr "\\0" x; echo; printf "a\\377<\\n"; printf tail');
      await given.box.run(given.driver, command);
      const lines = given.box.log(command).map(({ log }) => log);
      expect(lines.map((line) => line.length)).toEqual([16384, 20000 - 16384 + 1, 4, 4]);
      expect(lines.slice(2)).toEqual(['a\ufffd<\n', 'tail']);
    });
  });
}
