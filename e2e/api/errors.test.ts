import { beforeAll, describe, expect, test } from 'vitest';
import { BUSYBOX } from '../fixtures/busybox.ts';
import { useDaemon } from '../fixtures/suite.ts';

const suite = useDaemon();

beforeAll(async () => {
  await suite.docker.ok('run', '-d', '--name', 'taken', BUSYBOX, 'sleep', '600');
  await suite.docker.ok('create', '--name', 'idle', BUSYBOX, 'true');
});

describe('a malformed request is a 400 that names the field', () => {
  test.each<[string, string, string, unknown, RegExp]>([
    ['a body that is not JSON', 'POST', '/containers/create', '{"Image":', /json|body/i],
    ['no body', 'POST', '/containers/create', undefined, /body/i],
    ['a body that is a list', 'POST', '/containers/create', [], /body|object/i],
    ['a string where a list belongs', 'POST', '/containers/create', { Image: BUSYBOX, Env: 'A=1' }, /Env/],
    ['a string where a number belongs', 'POST', '/containers/create', { Image: BUSYBOX, HostConfig: { Memory: 'much' } }, /Memory/],
    ['memory below the least', 'POST', '/containers/create', { Image: BUSYBOX, HostConfig: { Memory: 1 } }, /memory/i],
    [
      'an unknown restart policy',
      'POST',
      '/containers/create',
      { Image: BUSYBOX, HostConfig: { RestartPolicy: { Name: 'sometimes' } } },
      /restart|Name/i,
    ],
    [
      'an impossible port',
      'POST',
      '/containers/create',
      { Image: BUSYBOX, HostConfig: { PortBindings: { '99999/tcp': [{}] } } },
      /port|99999/i,
    ],
    ['a name that cannot be one', 'POST', '/containers/create?name=a/b', { Image: BUSYBOX }, /name/i],
    ['a word where a number belongs in the query', 'GET', '/containers/json?limit=many', undefined, /limit/],
    ['filters that are not JSON', 'GET', '/containers/json?filters=%7B', undefined, /filters/],
    ['an unknown filter', 'GET', '/containers/json?filters=%7B%22colour%22%3A%5B%22red%22%5D%7D', undefined, /colour/],
    ['logs of no stream', 'GET', '/containers/taken/logs', undefined, /stdout|stream/i],
    ['an unknown signal', 'POST', '/containers/taken/kill?signal=SIGNONSENSE', undefined, /signal/i],
    ['a size that is no number', 'POST', '/containers/taken/resize?h=tall&w=80', undefined, /\bh\b/],
    ['exec without a command', 'POST', '/containers/taken/exec', {}, /exec|cmd|command/i],
    ['an impossible image reference', 'POST', '/images/create?fromImage=UPPER%20CASE', undefined, /reference|UPPER/i],
    ['an impossible tag', 'POST', `/images/${BUSYBOX}/tag?repo=a/b&tag=-x-`, undefined, /tag|reference/i],
    [
      'a subnet that is none',
      'POST',
      '/networks/create',
      { Name: 'n', IPAM: { Config: [{ Subnet: '10.0.0.0/99' }] } },
      /subnet|10\.0\.0\.0\/99/i,
    ],
  ])('%s', async (_, method, path, body, message) => {
    const { status, json } = await suite.http.ask(method, path, { body });
    expect({ status, message: json.message }).toEqual({ status: 400, message: expect.stringMatching(message) });
    expect(Object.keys(json)).toEqual(['message']);
  });
});

describe('an unknown object is a 404 that names it', () => {
  test.each([
    ['GET', '/containers/ghost/json', /No such container: ghost/],
    ['POST', '/containers/ghost/start', /No such container: ghost/],
    ['DELETE', '/containers/ghost', /No such container: ghost/],
    ['GET', '/containers/ghost/logs?stdout=1', /No such container: ghost/],
    ['POST', '/containers/ghost/wait', /No such container: ghost/],
    ['GET', '/containers/ghost/stats?stream=0', /No such container: ghost/],
    ['GET', '/exec/0123456789ab/json', /No such exec instance: 0123456789ab/],
    ['GET', '/images/ghost/json', /No such image: ghost/],
    ['GET', '/images/registry.example:5000/a/b/ghost:1/history', /No such image: registry.example:5000\/a\/b\/ghost:1/],
    ['GET', '/networks/ghost', /network ghost not found/],
    ['GET', '/volumes/ghost', /get ghost: no such volume/],
    ['GET', '/no/such/page', /page not found/],
  ])('%s %s', async (method, path, message) => {
    const { status, json } = await suite.http.ask(method, path);
    expect({ status, message: json.message }).toEqual({ status: 404, message: expect.stringMatching(message) });
  });

  test('an image to make a container of', async () => {
    const { status, json } = await suite.http.post('/containers/create', { Image: 'ghost:1' });
    expect({ status, message: json.message }).toEqual({ status: 404, message: expect.stringMatching(/No such image: ghost:1/) });
  });
});

describe('a conflict is a 409 that says with what', () => {
  test.each<[string, string, string, unknown, RegExp]>([
    [
      'a name in use',
      'POST',
      '/containers/create?name=taken',
      { Image: BUSYBOX },
      /Conflict\. The container name "\/taken" is already in use by container "?[0-9a-f]{64}/,
    ],
    ['exec in a container that does not run', 'POST', '/containers/idle/exec', { Cmd: ['true'] }, /is not running/],
    ['kill of a container that does not run', 'POST', '/containers/idle/kill', undefined, /is not running/],
    ['pause of a container that does not run', 'POST', '/containers/idle/pause', undefined, /is not running/],
    ['unpause of a container that is not paused', 'POST', '/containers/taken/unpause', undefined, /is not paused/],
    ['removing a running container', 'DELETE', '/containers/taken', undefined, /running/],
    ['removing an image in use', 'DELETE', `/images/${BUSYBOX}`, undefined, /conflict/i],
    ['rename to a name in use', 'POST', '/containers/idle/rename?name=taken', undefined, /already in use/],
  ])('%s', async (_, method, path, body, message) => {
    const { status, json } = await suite.http.ask(method, path, { body });
    expect({ status, message: json.message }).toEqual({ status: 409, message: expect.stringMatching(message) });
  });
});

describe('nothing to do is a 304 without a body', () => {
  test.each([
    ['start of a running container', '/containers/taken/start'],
    ['stop of one that does not run', '/containers/idle/stop'],
  ])('%s', async (_, path) => {
    const { status, text } = await suite.http.post(path);
    expect({ status, text }).toEqual({ status: 304, text: '' });
  });
});

test('a name is a prefix of an ID too, unless several have it', async () => {
  const { Id } = await suite.docker.inspect('taken');
  expect((await suite.http.get(`/containers/${Id.slice(0, 12)}/json`)).json.Id).toBe(Id);
  expect((await suite.http.get(`/containers/${Id}/json`)).json.Name).toBe('/taken');
});
