import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { explainProgram } from './explain-program.js';

/** The beginning of a 64-bit ELF file. */
function elf(machine: number, loader: string): Buffer {
  const file = Buffer.alloc(256);
  file.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  file.writeUInt16LE(machine, 18);
  file.writeBigUInt64LE(64n, 32);
  file.writeUInt16LE(56, 54);
  file.writeUInt16LE(1, 56);
  file.writeUInt32LE(3, 64);
  file.writeBigUInt64LE(128n, 72);
  file.write(loader, 128);
  return file;
}

describe('explainProgram', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'explain-'));
    mkdirSync(join(root, 'app'));
    mkdirSync(join(root, 'lib'));
    writeFileSync(join(root, 'lib/ld.so'), '');
  });
  afterEach(() => rmSync(root, { recursive: true }));

  const explain = (name: string) =>
    explainProgram(name, { layers: [root], env: ['PATH=/bin:/app'], workingDir: '/app', mounted: ['/volume'], architecture: 'amd64' });
  const write = (content: string | Buffer, mode = 0o755) => {
    writeFileSync(join(root, 'app/run'), content);
    chmodSync(join(root, 'app/run'), mode);
  };

  it.each<[string, string | Buffer, number, string | undefined]>([
    ['another machine', elf(183, ''), 0o755, '/app/run is made for arm64, and this machine is amd64'],
    ['a loader that is not there', elf(62, '/lib/musl.so'), 0o755, '/app/run needs /lib/musl.so, which is not in the image'],
    ['nothing wrong with a program', elf(62, '/lib/ld.so'), 0o755, undefined],
    ['no right to run it', elf(62, ''), 0o644, '/app/run is not executable: chmod +x it in the image'],
    ['an interpreter that is not there', '#!/bin/bash\n', 0o755, '/app/run is a script for /bin/bash, which is not in the image'],
    ['line ends of Windows', '#!/lib/ld.so\r\n', 0o755, 'the first line of /app/run ends as lines do on Windows'],
    ['no first line', 'echo\n', 0o755, '/app/run is no program, and no script that begins with a line such as #!/bin/sh'],
  ])('tells of %s', (_, content, mode, words) => {
    write(content, mode);
    for (const name of ['/app/run', './run', 'run']) expect(explain(name)?.replace('/./', '/')).toBe(words);
  });

  it('tells of a folder, and nothing of what is not there', () => {
    expect(explain('/app')).toBe('/app is a folder');
    expect(explain('/nowhere')).toBeUndefined();
    expect(explain('/volume/program')).toBeUndefined();
  });
});
