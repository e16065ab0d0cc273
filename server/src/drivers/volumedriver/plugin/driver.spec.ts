import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { testVolumeDriver } from '../testsuite.js';
import type { PluginFolders } from './discovery.js';
import { VolumePlugins } from './plugins.js';
import { PluginServer } from './testing/plugin-server.js';

function makeFolders(): PluginFolders & { root: string } {
  const root = mkdtempSync(join(tmpdir(), 'slipway-plugins-'));
  const [sockets, specs, volumes] = ['run', 'etc', 'volumes'].map((name) => join(root, name)) as [string, string, string];
  for (const folder of [sockets, specs, volumes]) mkdirSync(folder);
  return { root, sockets, specifications: [specs] };
}

testVolumeDriver('plugin', async () => {
  const folders = makeFolders();
  const server = await new PluginServer(join(folders.root, 'volumes')).listen(join(folders.sockets, 'shelf.sock'));
  return {
    driver: await new VolumePlugins(folders).get('shelf'),
    again: () => new VolumePlugins(folders).get('shelf'),
    close: async () => {
      await server.close();
      rmSync(folders.root, { recursive: true });
    },
  };
});

describe('volume plugins', () => {
  let folders: PluginFolders & { root: string };
  let plugins: VolumePlugins;
  let servers: PluginServer[];
  beforeEach(() => {
    folders = makeFolders();
    plugins = new VolumePlugins(folders);
    servers = [];
  });
  afterEach(async () => {
    for (const server of servers) await server.close();
    rmSync(folders.root, { recursive: true });
  });

  const start = async (where: string | number, overrides?: ConstructorParameters<typeof PluginServer>[1]) => {
    const server = await new PluginServer(join(folders.root, 'volumes'), overrides).listen(where);
    servers.push(server);
    return server;
  };
  const specify = (file: string, text: string) => writeFileSync(join(folders.specifications[0]!, file), text);

  it('are found by socket, by socket in a folder, by .spec and by .json', async () => {
    await start(join(folders.sockets, 'flat.sock'));
    mkdirSync(join(folders.sockets, 'deep'));
    await start(join(folders.sockets, 'deep', 'deep.sock'));
    const { port } = await start(0);
    specify('spec.spec', `tcp://127.0.0.1:${port}\n`);
    specify('json.json', JSON.stringify({ Name: 'json', Addr: `http://127.0.0.1:${port}` }));
    expect(await plugins.names()).toEqual(['deep', 'flat', 'json', 'spec']);
    for (const name of await plugins.names()) expect(await plugins.get(name)).toMatchObject({ name, scope: 'global' });
  });

  it('are greeted once, and again when they have moved', async () => {
    const first = await start(join(folders.sockets, 'shelf.sock'));
    await plugins.get('shelf');
    await plugins.get('shelf');
    expect(first.calls.filter((call) => call === 'Plugin.Activate')).toHaveLength(1);
    await servers.pop()?.close();
    mkdirSync(join(folders.sockets, 'shelf'));
    const second = await start(join(folders.sockets, 'shelf', 'shelf.sock'));
    await (await plugins.get('shelf')).create('data', {});
    expect(second.calls).toContain('VolumeDriver.Create data');
  });

  it('get options and say where a volume is', async () => {
    const server = await start(join(folders.sockets, 'shelf.sock'));
    const driver = await plugins.get('shelf');
    const volume = await driver.create('data', { colour: 'red' });
    expect(volume.mountpoint).toBe(join(folders.root, 'volumes/data'));
    expect(server.volumes.get('data')?.opts).toEqual({ colour: 'red' });
    expect(await driver.find('data')).toMatchObject({ created: '2026-01-02T03:04:05Z', status: { users: 0 } });
    expect(await driver.usage(volume)).toBeUndefined();
  });

  it('without capabilities have local volumes', async () => {
    await start(join(folders.sockets, 'old.sock'), { 'VolumeDriver.Capabilities': () => ({ Err: 'what?' }) });
    expect(await plugins.get('old')).toMatchObject({ scope: 'local' });
  });

  it('are told what they say when they fail', async () => {
    await start(join(folders.sockets, 'shelf.sock'), { 'VolumeDriver.Mount': () => ({ Err: 'the shelf is full' }) });
    const driver = await plugins.get('shelf');
    const volume = await driver.create('data', {});
    await expect(driver.mount(volume, 'one')).rejects.toMatchObject({ kind: 'System', message: 'VolumeDriver.Mount: the shelf is full' });
  });

  it.each<[string, () => Promise<unknown>, string, string, string?]>([
    ['that do not exist', async () => undefined, 'NotFound', 'plugin "shelf" not found'],
    ['with a name that leads elsewhere', async () => undefined, 'NotFound', 'plugin "../shelf" not found', '../shelf'],
    [
      'for something else',
      () => start(join(folders.sockets, 'shelf.sock'), { 'Plugin.Activate': () => ({ Implements: ['NetworkDriver'] }) }),
      'NotFound',
      'plugin "shelf" not found',
    ],
    [
      'that do not answer',
      async () => specify('shelf.spec', 'unix:///no/such/plugin.sock'),
      'System',
      'cannot reach plugin "shelf" at unix:///no/such/plugin.sock',
    ],
    ['with a specification that says nothing', async () => specify('shelf.json', '{"Name": "shelf"}'), 'System', 'names no address'],
  ])('%s are refused', async (_, prepare, kind, message, name = 'shelf') => {
    await prepare();
    await expect(plugins.get(name)).rejects.toMatchObject({ kind, message: expect.stringContaining(message) });
  });
});
