import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { BUSYBOX, busybox, busyboxArchive } from '../fixtures/busybox.ts';
import { type Daemon, startDaemon } from '../fixtures/daemon.ts';
import { type Fault, startFaultyRegistry } from '../fixtures/faulty-registry.ts';
import { image, saved } from '../fixtures/image.ts';
import { freePort } from '../fixtures/subnet.ts';
import { useDaemon } from '../fixtures/suite.ts';
import { file, tar } from '../fixtures/tar.ts';

const suite = useDaemon();

/** Images and layer folders of a daemon: what a pull that failed must not add to. */
async function store(daemon: Daemon): Promise<{ images: string; layers: string[] }> {
  return { images: await daemon.docker.ok('images', '-aq'), layers: readdirSync(join(daemon.dataRoot, 'overlay2')).toSorted() };
}

/** An image whose layer is not in the store yet. */
async function other() {
  return image([await tar([file('cargo', Buffer.alloc(300_000, 'c'))])]);
}

describe('a registry that', () => {
  test.each<[Fault, RegExp]>([
    ['drops', /unexpected EOF|closed|aborted|terminated|reset|short/i],
    ['lies about a layer', /digest|verification|does not match/i],
    ['lies about the manifest', /digest|verification|does not match/i],
    ['answers 500', /500|out of order/],
    ['sends HTML', /content type|text\/html|manifest/i],
    ['sends too much', /has more than|digest|size/i],
  ])('%s makes a clear error and leaves nothing', async (fault, message) => {
    const registry = await startFaultyRegistry(await other(), fault);
    const before = await store(suite.daemon);
    const { code, stdout, stderr } = await suite.docker.run(['pull', `${registry.address}/ship:1`]);
    expect(code).toBe(1);
    expect(stdout + stderr).toMatch(message);
    expect(await store(suite.daemon)).toEqual(before);
    await registry.stop();
  });

  test('hangs can be given up on by the client, and nothing stays', async () => {
    const registry = await startFaultyRegistry(await other(), 'hangs');
    const before = await store(suite.daemon);
    const pull = suite.docker.start('pull', `${registry.address}/ship:1`);
    await registry.blobAsked;
    await pull.kill('SIGINT');
    await expect.poll(() => store(suite.daemon)).toEqual(before);
    await registry.stop();
  });

  test('is not there is named in the error', async () => {
    const address = `127.0.0.1:${await freePort()}`;
    const { code, stderr } = await suite.docker.run(['pull', `${address}/ship:1`]);
    expect(code).toBe(1);
    expect(stderr).toContain(address);
    expect(stderr).toMatch(/refused/);
  });
});

test('a daemon killed in the middle of a pull opens again without a trace of it, and pulls it then', async () => {
  const whole = await busybox({ config: { Cmd: ['echo', 'whole'] } });
  const hanging = await startFaultyRegistry(image([...(await other()).layers, ...whole.layers]), 'hangs');
  const before = await store(suite.daemon);
  const pull = suite.docker.start('pull', `${hanging.address}/ship:1`);
  await hanging.blobAsked;
  await suite.daemon.stop('SIGKILL');
  expect((await pull.ended).code).not.toBe(0);
  await suite.daemon.start();
  expect(await store(suite.daemon)).toEqual(before);
  await hanging.stop();
});

test('a full disk is a clear error, leaves nothing, and the daemon goes on', async () => {
  const daemon = await startDaemon({ dataSize: '24m' });
  try {
    await daemon.load(await busyboxArchive());
    const before = await store(daemon);
    const large = await saved(image([await tar([file('large', Buffer.alloc(40_000_000, 'x'))])]), 'large:1');
    const { code, stderr } = await daemon.docker.run(['load'], { stdin: large });
    expect(code).toBe(1);
    expect(stderr).toMatch(/no space left on device/i);
    expect(await store(daemon)).toEqual(before);
    expect(await daemon.docker.ok('run', '--rm', BUSYBOX, 'echo', 'afloat')).toBe('afloat');
  } finally {
    await daemon.remove();
  }
});
