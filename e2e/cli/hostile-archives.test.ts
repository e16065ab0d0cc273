import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { climbing, lying, reaching } from '../fixtures/hostile.ts';
import { useDaemon } from '../fixtures/suite.ts';

const suite = useDaemon();
const outside = mkdtempSync(join(tmpdir(), 'slipway-e2e-outside-'));
const target = join(outside, 'target');
const secret = join(outside, 'secret');
writeFileSync(secret, 'the secret of the host');

afterAll(() => rmSync(outside, { recursive: true }));

const images = () => suite.docker.ok('images', '-aq', '--no-trunc');
const layers = () => readdirSync(join(suite.daemon.dataRoot, 'overlay2')).toSorted();

describe('an archive that climbs out of its folder', () => {
  test.each(climbing(target))('$title', async ({ archive }) => {
    await suite.docker.run(['load'], { stdin: await archive() });
    expect(existsSync(target)).toBe(false);
    expect(readdirSync(outside)).toEqual(['secret']);
    await suite.docker.run(['rmi', '-f', 'hostile:e2e']);
  });

  test.each(reaching(secret))('$title', async ({ archive }) => {
    await suite.docker.run(['load'], { stdin: await archive() });
    const { stdout } = await suite.docker.run(['run', '--rm', '--entrypoint', '/loot', 'hostile:e2e']);
    expect(stdout).not.toContain('secret');
    const found = readdirSync(join(suite.daemon.dataRoot, 'overlay2'), { recursive: true }).filter((name) =>
      String(name).endsWith('/loot'),
    );
    for (const name of found) expect(readFileSync(join(suite.daemon.dataRoot, 'overlay2', String(name)), 'utf8')).not.toContain('secret');
    await suite.docker.run(['rmi', '-f', 'hostile:e2e']);
  });
});

describe('an archive that lies', () => {
  test.each(lying)('$title', async ({ archive }) => {
    const [imagesBefore, layersBefore] = [await images(), layers()];
    const { code, stdout, stderr } = await suite.docker.run(['load'], { stdin: await archive() });
    expect({ code, output: stdout + stderr }).toMatchObject({ code: 1 });
    expect(stderr.trim()).not.toBe('');
    expect(stderr).not.toMatch(/undefined|\[object|at .*\.js:\d+/);
    expect(await images()).toBe(imagesBefore);
    expect(layers()).toEqual(layersBefore);
  });
});
