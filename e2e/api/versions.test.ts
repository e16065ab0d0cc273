import { describe, expect, test } from 'vitest';
import { BUSYBOX } from '../fixtures/busybox.ts';
import { useDaemon } from '../fixtures/suite.ts';

const suite = useDaemon();
const versions = Array.from({ length: 56 - 24 + 1 }, (_, index) => `1.${24 + index}`);

describe('every version from 1.24 to 1.56', () => {
  test.each(versions)('%s answers the common questions', async (version) => {
    for (const path of ['_ping', 'version', 'info', 'containers/json?all=1', 'images/json', 'networks', 'volumes']) {
      expect({ path, status: (await suite.http.get(`/v${version}/${path}`)).status }).toEqual({ path, status: 200 });
    }
  });

  test('ping tells the newest, for clients to settle on', async () => {
    const { headers, text } = await suite.http.get('/_ping');
    expect(text).toBe('OK');
    expect(headers).toMatchObject({
      'api-version': '1.56',
      ostype: 'linux',
      'cache-control': 'no-cache, no-store, must-revalidate',
      pragma: 'no-cache',
    });
    const head = await suite.http.ask('HEAD', '/_ping');
    expect({ status: head.status, text: head.text }).toEqual({ status: 200, text: '' });
  });

  test('a path without a version speaks the newest', async () => {
    expect((await suite.http.get('/version')).json).toMatchObject({ ApiVersion: '1.56', MinAPIVersion: '1.24' });
  });
});

test.each([
  ['1.23', /too old/],
  ['1.57', /too new/],
  ['2.0', /too new/],
])('version %s is refused with a 400', async (version, message) => {
  const { status, json } = await suite.http.get(`/v${version}/info`);
  expect({ status, message: json.message }).toEqual({ status: 400, message: expect.stringMatching(message) });
});

test.each(['1.24', '1.41', '1.44', '1.48'])('the docker CLI held to %s runs a container', async (version) => {
  const env = { ...suite.docker.env, DOCKER_API_VERSION: version };
  expect(await suite.docker.run(['run', '--rm', BUSYBOX, 'echo', version], { env })).toMatchObject({ code: 0, stdout: `${version}\n` });
});

test('responses have the shape of the version that was asked for', async () => {
  const image = (version: string) => suite.http.get(`/v${version}/images/${BUSYBOX}/json`).then(({ json }) => json);
  expect(await image('1.43')).toHaveProperty('VirtualSize');
  expect(await image('1.44')).not.toHaveProperty('VirtualSize');
});
