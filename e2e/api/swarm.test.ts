import { expect, test } from 'vitest';
import { operations } from '../fixtures/operations.ts';
import { useDaemon } from '../fixtures/suite.ts';

const suite = useDaemon();

/** Paths of which only a manager of a swarm knows something. */
const MANAGED = /^\/(swarm(\/(update|unlock|unlockkey))?|(nodes|services|tasks|secrets|configs)(\/.*)?)$/;

/** A body that fits each operation that insists on one. */
const BODIES: Record<string, unknown> = {
  ServiceCreate: { Name: 'web', TaskTemplate: { ContainerSpec: { Image: 'busybox' } } },
  SecretCreate: { Name: 'key', Data: 'aGk=' },
  ConfigCreate: { Name: 'file', Data: 'aGk=' },
};

test('a daemon outside any swarm says so, to whatever a manager would be asked', async () => {
  const managed = operations.filter(({ path }) => MANAGED.test(path));
  expect(managed).toHaveLength(27);
  for (const { id, method, path } of managed) {
    const query = id.endsWith('Update') ? '?version=1' : path.endsWith('/logs') ? '?stdout=1' : '';
    const body = method === 'POST' ? (BODIES[id] ?? {}) : undefined;
    const { status, json } = await suite.http.ask(method, `${path.replace('{id}', 'some')}${query}`, { body });
    expect({ id, status, message: json.message }).toEqual({
      id,
      status: 503,
      message:
        'This node is not a swarm manager. Use "docker swarm init" or "docker swarm join" to connect this node to swarm and try again.',
    });
  }
});

test('it cannot be made part of one, and says why', async () => {
  for (const args of [['init'], ['join', '--token', 'SWMTKN-1-a', '127.0.0.1:2377']]) {
    const { code, stderr } = await suite.docker.run(['swarm', ...args]);
    expect(code).not.toBe(0);
    expect(stderr).toContain('swarm mode is not supported');
  }
  expect((await suite.docker.run(['swarm', 'leave'])).stderr).toContain('This node is not part of a swarm');
  expect(await suite.docker.ok('info', '--format', '{{.Swarm.LocalNodeState}} {{.Swarm.ControlAvailable}}')).toBe('inactive false');
});

test('there are no managed plugins: a list of none, names that are not found, and a hint instead of an installation', async () => {
  expect(await suite.docker.ok('plugin', 'ls', '-q')).toBe('');
  for (const args of [['enable'], ['disable'], ['rm'], ['set'], ['inspect']]) {
    const { code, stderr } = await suite.docker.run(['plugin', ...args, 'some', ...(args[0] === 'set' ? ['A=b'] : [])]);
    expect(code).not.toBe(0);
    expect(stderr).toContain('plugin "some" not found');
  }
  const { stderr } = await suite.docker.run(['plugin', 'install', '--grant-all-permissions', 'vieux/sshfs']);
  expect(stderr).toContain('managed plugins are not supported by this daemon');
  expect((await suite.http.get('/plugins?filters={"no":["such"]}')).status).toBe(400);
});

test('only cluster volumes can be changed', async () => {
  await suite.docker.ok('volume', 'create', 'plain');
  const { status, json } = await suite.http.ask('PUT', '/volumes/plain?version=1', { body: {} });
  expect([status, json.message]).toEqual([503, 'volume update only valid for cluster volumes, but swarm is unavailable']);
  await suite.docker.ok('volume', 'rm', 'plain');
});
