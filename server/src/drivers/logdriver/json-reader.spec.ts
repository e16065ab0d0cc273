import { appendFileSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LogRequest } from './driver.js';
import { readJsonFile } from './json-reader.js';
import { readRecords } from './json-records.js';

const SECOND = 1_000_000_000n;
const START = 1_700_000_000n;

describe('readJsonFile', () => {
  let folder: string;
  let path: string;
  const all: LogRequest = {
    stdout: true,
    stderr: true,
    tail: undefined,
    since: undefined,
    until: undefined,
    timestamps: false,
    details: false,
    frames: false,
  };
  const record = (log: string, number = 0, more: object = {}) => {
    const time = new Date(Number(START + BigInt(number)) * 1000).toISOString().replace('.000Z', '.5Z');
    return `${JSON.stringify({ log, stream: number % 2 ? 'stderr' : 'stdout', ...more, time })}\n`;
  };
  const lines = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, index) => record(`line ${from + index}\n`, from + index)).join('');
  const text = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => `line ${from + index}\n`).join('');

  async function read(request: Partial<LogRequest> = {}): Promise<string> {
    const chunks: Buffer[] = [];
    for await (const chunk of readJsonFile(path, { ...all, ...request }, { signal: new AbortController().signal, ended: undefined }))
      chunks.push(chunk);
    return Buffer.concat(chunks).toString();
  }

  /** As LogCompressor does it. */
  function compress(file: string): void {
    const { ino, birthtimeNs } = statSync(file, { bigint: true });
    const packed = gzipSync(readFileSync(file));
    const origin = Buffer.from([20, 0, 0x53, 0x4c, 16, 0, ...Array<number>(16).fill(0)]);
    origin.writeBigUInt64LE(ino, 6);
    origin.writeBigUInt64LE(birthtimeNs, 14);
    packed[3] = 4;
    writeFileSync(`${file}.gz`, Buffer.concat([packed.subarray(0, 10), origin, packed.subarray(10)]));
    rmSync(file);
  }

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'log-'));
    path = join(folder, 'c-json.log');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('reads all files of a rotated log, the oldest first', async () => {
    writeFileSync(`${path}.2`, lines(0, 3));
    writeFileSync(`${path}.1`, lines(3, 6));
    writeFileSync(path, lines(6, 8));
    expect(await read()).toBe(text(0, 8));
    expect(await read({ tail: 4 })).toBe(text(4, 8));
    expect(await read({ tail: 100 })).toBe(text(0, 8));
    expect(await read({ tail: 0 })).toBe('');
  });

  it('leaves out what does not hold the text that all wanted records hold, and nothing that goes with it', async () => {
    const filler = lines(0, 20_000);
    const parts = ['a wreck and ', 'x'.repeat(16_384), ' its end\n'].map((part) => record(part)).join('');
    const wanted = [record('The WRECK of old\n'), record('\u001b[31mwr\u001b[0meck\n'), record('"a \\ wreck"\n', 1)];
    writeFileSync(path, [filler, ...wanted.flatMap((each) => [each, filler]), parts, filler].join(''));
    const found = await read({ holding: 'wreck' });
    expect(found).toContain('line 0\n');
    for (const line of ['The WRECK of old\n', '\u001b[31mwr\u001b[0meck\n', '"a \\ wreck"\n']) expect(found).toContain(line);
    expect(found).toContain(`a wreck and ${'x'.repeat(16_384)} its end\n`);
    expect(found.length).toBeLessThan((await read()).length / 2);
  });

  it('takes up a tail that is longer than a block', async () => {
    writeFileSync(path, lines(0, 20_000));
    expect(await read({ tail: 15_000 })).toBe(text(5_000, 20_000));
    expect(await read()).toBe(text(0, 20_000));
  });

  it('chooses by stream and by time', async () => {
    writeFileSync(path, lines(0, 6));
    expect(await read({ stdout: false })).toBe('line 1\nline 3\nline 5\n');
    expect(await read({ since: (START + 3n) * SECOND, until: (START + 4n) * SECOND + SECOND / 2n })).toBe(text(3, 5));
  });

  it('puts times and details before lines', async () => {
    writeFileSync(path, record('a\n', 0, { attrs: { env: 'x=1', tag: 't' } }));
    expect(await read({ timestamps: true, details: true })).toBe('2023-11-14T22:13:20.500000000Z env=x%3D1,tag=t a\n');
  });

  it('makes Docker’s frames', async () => {
    writeFileSync(path, record('out\n', 0) + record('err\n', 1));
    expect(Buffer.from(await read({ frames: true }))).toEqual(
      Buffer.from([1, 0, 0, 0, 0, 0, 0, 4, ...Buffer.from('out\n'), 2, 0, 0, 0, 0, 0, 0, 4, ...Buffer.from('err\n')]),
    );
  });

  it('gives bytes back as they were: escapes, lines without an end, other alphabets', async () => {
    const texts = [
      'a"b\\c\n',
      'tab\there\n',
      'no end',
      '\u001b[31mré\u2028d\u001b[0m\n',
      '\n',
      'back\\\\n\n',
      'ends with quote"\n',
      'x\\n',
      '€😀\n',
      '',
    ];
    writeFileSync(path, texts.map((line) => record(line)).join(''));
    expect(await read()).toBe(texts.join(''));
  });

  it('goes on after a torn record', async () => {
    writeFileSync(path, record('one\n') + '{"log":"to' + record('two\n') + record('three\n'));
    expect(await read()).toBe('one\ntwo\nthree\n');
  });

  it('follows through rotation and loses no line', async () => {
    writeFileSync(path, lines(0, 2));
    const end = Promise.withResolvers<void>();
    let got = '';
    const reading = (async () => {
      for await (const chunk of readJsonFile(path, all, { signal: new AbortController().signal, ended: end.promise }))
        got += chunk.toString();
    })();
    await expect.poll(() => got).toBe(text(0, 2));
    appendFileSync(path, lines(2, 4));
    renameSync(path, `${path}.1`);
    writeFileSync(path, lines(4, 5));
    await expect.poll(() => got).toBe(text(0, 5));
    renameSync(`${path}.1`, `${path}.2`);
    renameSync(path, `${path}.1`);
    appendFileSync(`${path}.1`, lines(5, 6));
    writeFileSync(path, lines(6, 8));
    end.resolve();
    await reading;
    expect(got).toBe(text(0, 8));
  });

  it('reads what was compressed, and takes tails from it', async () => {
    writeFileSync(`${path}.2`, lines(0, 30_000));
    writeFileSync(`${path}.1`, lines(30_000, 30_003));
    compress(`${path}.2`);
    writeFileSync(path, lines(30_003, 30_005));
    expect(await read()).toBe(text(0, 30_005));
    expect(await read({ tail: 4 })).toBe(text(30_001, 30_005));
    expect(await read({ tail: 20_000 })).toBe(text(10_005, 30_005));
    expect(await read({ tail: 30_005 })).toBe(text(0, 30_005));
    expect(await read({ tail: 50_000 })).toBe(text(0, 30_005));
    expect(await read({ tail: 0 })).toBe('');
  });

  it('tells which compressed file is damaged', async () => {
    writeFileSync(`${path}.1`, lines(0, 10_000));
    compress(`${path}.1`);
    truncateSync(`${path}.1.gz`, statSync(`${path}.1.gz`).size / 2);
    writeFileSync(path, lines(0, 1));
    await expect(read()).rejects.toThrow(/log file .*json\.log\.1\.gz is damaged: unexpected end of file/);
  });

  it('follows through rotation of files that are compressed behind it, and takes a place in one of them up', async () => {
    writeFileSync(path, lines(0, 2));
    const end = Promise.withResolvers<void>();
    const follow = { signal: new AbortController().signal, ended: end.promise };
    let got = '';
    const reading = (async () => {
      for await (const chunk of readJsonFile(path, all, follow)) got += chunk.toString();
    })();
    await expect.poll(() => got).toBe(text(0, 2));
    const records = readRecords(path, undefined, { ...follow, ended: undefined });
    const { value } = await records.next();
    await records.return(undefined);
    appendFileSync(path, lines(2, 4));
    renameSync(path, `${path}.1`);
    compress(`${path}.1`);
    writeFileSync(path, lines(4, 5));
    await expect.poll(() => got).toBe(text(0, 5));
    renameSync(`${path}.1.gz`, `${path}.2.gz`);
    renameSync(path, `${path}.1`);
    compress(`${path}.1`);
    writeFileSync(path, lines(5, 6));
    end.resolve();
    await reading;
    expect(got).toBe(text(0, 6));
    const rest: string[] = [];
    for await (const { records } of readRecords(path, value?.next, { ...follow, ended: undefined }))
      rest.push(...records.map(({ line }) => line));
    expect(rest).toEqual(['line 2', 'line 3', 'line 4', 'line 5']);
  });

  it('follows a log of one file that is cut', async () => {
    writeFileSync(path, lines(0, 3));
    const end = Promise.withResolvers<void>();
    let got = '';
    const reading = (async () => {
      for await (const chunk of readJsonFile(path, all, { signal: new AbortController().signal, ended: end.promise }))
        got += chunk.toString();
    })();
    await expect.poll(() => got).toBe(text(0, 3));
    truncateSync(path, 0);
    appendFileSync(path, lines(3, 4));
    await expect.poll(() => got).toBe(text(0, 4));
    end.resolve();
    await reading;
  });

  it('ends when the reader leaves', async () => {
    writeFileSync(path, lines(0, 1));
    const gone = new AbortController();
    const log = readJsonFile(path, all, { signal: gone.signal, ended: new Promise(() => undefined) });
    expect((await log.next()).value?.toString()).toBe(text(0, 1));
    const next = log.next();
    gone.abort();
    expect((await next).done).toBe(true);
  });
});
