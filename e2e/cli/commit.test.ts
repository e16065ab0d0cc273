import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { BUSYBOX, busyboxLayer } from '../fixtures/busybox.ts';
import { useDaemon } from '../fixtures/suite.ts';
import { file, tar } from '../fixtures/tar.ts';

const suite = useDaemon();
const inspect = async (image: string) => JSON.parse(await suite.docker.ok('image', 'inspect', image))[0];

test('commit keeps what a container changed, and its volumes out', async () => {
  const script = 'echo new > /new; rm /etc/group; echo > /data/aside; echo ready; exec sleep 3600';
  await suite.docker.ok('run', '-d', '--name', 'source', '-e', 'FROM=container', '-v', 'aside:/data', BUSYBOX, 'sh', '-c', script);
  await expect.poll(() => suite.docker.ok('logs', 'source'), { timeout: 60_000 }).toBe('ready');
  const id = await suite.docker.ok('commit', '-a', 'the author', '-m', 'a note', 'source', 'fleet/made:1');
  expect(
    await suite.docker.ok('run', '--rm', 'fleet/made:1', 'sh', '-c', 'cat /new; ls /etc/group /data/aside 2>&1 | wc -l; echo $FROM'),
  ).toBe('new\n2\ncontainer');
  const parent = (await inspect(BUSYBOX)).Id;
  expect(await inspect('fleet/made:1')).toMatchObject({ Id: id, Author: 'the author', Comment: 'a note', Parent: parent });
  expect((await suite.docker.ok('history', '--format', '{{.Comment}}', 'fleet/made:1')).split('\n')[0]).toBe('a note');
  expect((await suite.docker.inspect('source')).State.Status).toBe('running');
  // The layer has what changed and nothing that was made to run the container.
  await suite.docker.ok('create', '--name', 'fresh', 'fleet/made:1');
  expect((await suite.docker.run(['cp', 'fresh:/etc/hosts', '-'])).stderr).toContain('Could not find the file /etc/hosts');
});

test('commit applies instructions, and refuses others', async () => {
  await suite.docker.ok('create', '--name', 'plain', BUSYBOX, 'false');
  const changes = ['CMD ["echo", "changed"]', 'ENV A=1 B="x y"', 'LABEL k=v', 'EXPOSE 80', 'USER 65534', 'WORKDIR /home'];
  await suite.docker.ok('commit', ...changes.flatMap((change) => ['-c', change]), 'plain', 'changed:1');
  expect(await suite.docker.ok('run', '--rm', 'changed:1')).toBe('changed');
  expect((await inspect('changed:1')).Config).toMatchObject({
    Env: expect.arrayContaining(['A=1', 'B=x y']),
    Labels: { k: 'v' },
    ExposedPorts: { '80/tcp': {} },
    User: '65534',
    WorkingDir: '/home',
  });
  const { code, stderr } = await suite.docker.run(['commit', '-c', 'RUN make', 'plain']);
  expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining('RUN is not a valid change command') });
});

test('commit pauses unless told otherwise', async () => {
  await suite.docker.ok('run', '-d', '--name', 'pausing', BUSYBOX, 'sleep', '3600');
  const since = String(Math.floor(Date.now() / 1000) - 1);
  await suite.docker.ok('commit', 'pausing');
  await suite.docker.ok('commit', '--pause=false', 'pausing');
  const filters = [
    '--since',
    since,
    '--until',
    String(Math.ceil(Date.now() / 1000) + 1),
    '--filter',
    'container=pausing',
    '--format',
    '{{.Action}}',
  ];
  const actions = (await suite.docker.ok('events', ...filters)).split('\n');
  expect(actions.filter((action) => action !== 'start' && action !== 'create')).toEqual(['pause', 'unpause', 'commit', 'commit']);
});

test('what is exported can be imported', async () => {
  await suite.docker.ok('run', '--name', 'exported', BUSYBOX, 'sh', '-c', 'echo moved > /moved');
  const exported = await suite.http.get('/containers/exported/export');
  const id = await suite.docker.feed(exported.body, 'import', '-c', 'CMD ["cat", "/moved"]', '-m', 'moved house', '-', 'imported:1');
  expect(await suite.docker.ok('run', '--rm', 'imported:1')).toBe('moved');
  expect(await inspect('imported:1')).toMatchObject({ Id: id, Comment: 'moved house', RootFS: { Layers: [expect.any(String)] } });
});

test('import downloads from a URL and tells when it cannot', async () => {
  const body = await busyboxLayer();
  const server = createServer((request, response) => response.writeHead(request.url === '/root.tar' ? 200 : 404).end(body));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  expect(await suite.docker.ok('import', `${url}/root.tar`, 'fetched:1')).toMatch(/Downloading from .*\nsha256:[0-9a-f]{64}$/);
  expect(await suite.docker.ok('run', '--rm', 'fetched:1', 'echo', 'runs')).toBe('runs');
  const { code, stderr } = await suite.docker.run(['import', `${url}/none`, 'none:1']);
  expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining('404') });
  server.close();
});

test('an import of no archive leaves nothing', async () => {
  const before = await suite.docker.ok('images', '-aq');
  const { code, stderr } = await suite.docker.run(['import', '-', 'broken:1'], { stdin: 'not a tar at all, '.repeat(100) });
  expect({ code, said: stderr.trim() !== '' }).toEqual({ code: 1, said: true });
  expect(await suite.docker.ok('images', '-aq')).toBe(before);
});

test('system df adds up images, containers and volumes', async () => {
  const df = async () => {
    const lines = (await suite.docker.ok('system', 'df', '--format', '{{json .}}')).split('\n').map((line) => JSON.parse(line));
    return new Map(lines.map((line) => [line.Type, line]));
  };
  const before = await df();
  await suite.docker.feed(await tar([file('large', Buffer.alloc(5_000_000, 'x'))]), 'import', '-c', 'CMD x', '-', 'large:1');
  await suite.docker.ok(
    'run',
    '--name',
    'writer',
    '-v',
    'hold:/hold',
    BUSYBOX,
    'sh',
    '-c',
    'head -c 3000000 /dev/zero > /three; echo > /hold/x',
  );
  const after = await df();
  const grown = (type: string) => Number(after.get(type).TotalCount) - Number(before.get(type).TotalCount);
  expect(['Images', 'Containers', 'Local Volumes'].map(grown)).toEqual([1, 1, 1]);
  const usage = (await suite.http.get('/v1.56/system/df?verbose=1')).json;
  expect(usage.ImageUsage.Items.find(({ RepoTags }: { RepoTags: string[] }) => RepoTags.includes('large:1')).Size).toBe(5_000_000);
  expect(usage.ImageUsage.Reclaimable).toBeGreaterThanOrEqual(5_000_000);
  expect(usage.ContainerUsage.Reclaimable).toBeGreaterThanOrEqual(3_000_000);
  expect(usage.VolumeUsage.Items.find(({ Name }: { Name: string }) => Name === 'hold').UsageData).toEqual({ Size: 1, RefCount: 1 });
  expect(Object.keys((await suite.http.get('/v1.56/system/df?type=volume')).json)).toEqual(['VolumeUsage']);
  expect(await suite.docker.ok('system', 'df', '-v')).toContain('large');
});
