import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { configure } from './configuration.js';
import { reload } from '../reload.js';
import { readSettings } from './settings.js';

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'slipway-settings-'))));
afterEach(() => rmSync(folder, { recursive: true }));

/** The configuration of these flags and a file with this content. */
function read(content: object | string, ...flags: string[]) {
  const path = join(folder, 'daemon.json');
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return configure(readSettings([`--config-file=${path}`, ...flags]));
}

describe('settings', () => {
  it('come from flags and from the file, under the names of dockerd', () => {
    const config = read(
      { hosts: ['unix:///a.sock', 'fd://'], 'insecure-registries': ['lab:5000'], 'log-opts': { 'max-size': '1m' }, 'shutdown-timeout': 3 },
      '--label=a=b',
      '--debug',
      '--log-level=info',
    );
    expect(config).toMatchObject({
      hosts: ['unix:///a.sock', 'fd://'],
      insecureRegistries: ['lab:5000'],
      logOptions: { 'max-size': '1m' },
      shutdownTimeoutSeconds: 3,
      labels: ['a=b'],
      debug: true,
      logLevel: 'info',
      logFormat: 'text',
    });
  });

  it('may be none at all', () => expect(read('\n')).toMatchObject({ debug: false, liveRestore: true, logLevel: 'warn' }));

  it.each<[object | string, string, ...string[]]>([
    [{ colour: 'red', shape: 1 }, "the following directives don't match any configuration option: colour, shape"],
    [{ label: ['a=b'] }, "don't match any configuration option: label"],
    [{ validate: true }, "don't match any configuration option: validate"],
    [
      { debug: false, labels: ['a=b'] },
      'are specified both as a flag and in the configuration file: debug: (from flag: true, from file: false), label: (from flag: ["c=d"], from file: ["a=b"])',
      '--debug',
      '--label=c=d',
    ],
    [{ debug: 'yes' }, 'debug: --debug must be a boolean, not "yes"'],
    [{ hosts: 'unix:///a' }, 'hosts: --host must be a list of strings'],
    [{ 'log-opts': { 'max-file': 3 } }, 'log-opts: --log-opt must be an object of strings'],
    [{ 'max-concurrent-uploads': -1 }, 'must be a whole number'],
    [{ labels: ['a'] }, '--label must be key=value, not a'],
    [{ labels: ['a=b', 'a=c'] }, 'conflict labels for a=c and a=b'],
    [{ 'log-level': 'loud' }, '--log-level must be one of debug, info, warn, error, fatal, not loud'],
    [{ 'log-format': 'xml' }, '--log-format must be one of text, json, not xml'],
    [{ hosts: ['fd:///x'] }, '--host fd:///x is not understood'],
    ['[]', 'must hold an object'],
    ['{', 'is not JSON'],
  ])('%j is refused: %s', (content, message, ...flags) => {
    expect(() => read(content, ...flags)).toThrow(message);
  });
});

describe('a reload', () => {
  it('changes what can be changed, in the one object that all rooms have, and tells all of it', () => {
    const config = read({ labels: ['a=b'], 'live-restore': false }, '--group=docker');
    const attributes = reload(config, read({ labels: ['c=d'], debug: true, 'registry-mirrors': ['https://m'] }, '--group=other'));
    expect(config).toMatchObject({ labels: ['c=d'], debug: true, liveRestore: true, registryMirrors: ['https://m'], group: 'docker' });
    expect(attributes).toEqual({
      debug: 'true',
      labels: '["c=d"]',
      'insecure-registries': '[]',
      'registry-mirrors': '["https://m"]',
      'live-restore': 'true',
      'log-level': 'warn',
      runtimes: '{}',
      'default-runtime': config.defaultRuntime,
      'default-cgroupns-mode': '',
      'default-ipc-mode': 'private',
      'default-shm-size': '67108864',
      features: '{}',
      'max-download-attempts': '5',
      'max-concurrent-downloads': '3',
      'max-concurrent-uploads': '5',
      'shutdown-timeout': '15',
    });
  });
});

describe('the OpenID provider', () => {
  const flags = ['--oidc-issuer=https://login.example', '--oidc-client-id=box'];

  it('is read with what its groups come to', () => {
    const secret = join(folder, 'secret');
    writeFileSync(secret, 'hush\n');
    const { oidc } = read(
      { 'oidc-roles': { crew: 'viewer,operator@shop', '*': 'viewer' } },
      ...flags,
      `--oidc-client-secret-file=${secret}`,
    );
    expect(oidc).toEqual({
      issuer: 'https://login.example',
      clientId: 'box',
      clientSecret: 'hush',
      name: 'login.example',
      groupsClaim: 'groups',
      roles: [
        { group: 'crew', role: 'viewer', project: undefined },
        { group: 'crew', role: 'operator', project: 'shop' },
        { group: '*', role: 'viewer', project: undefined },
      ],
    });
    expect(read({}).oidc).toBeUndefined();
  });

  it.each([
    [['--oidc-issuer=https://login.example'], 'needs --oidc-client-id'],
    [flags, 'needs --oidc-role'],
    [['--oidc-issuer=http://login.example', '--oidc-client-id=box'], 'must be https://'],
    [[...flags, '--oidc-role=crew=captain'], 'is not understood'],
    [[...flags, '--oidc-role=crew=admin@shop'], 'is not understood'],
    [[...flags, '--oidc-role=crew=viewer', '--oidc-client-secret-file=/none'], 'cannot read --oidc-client-secret-file'],
  ])('is refused with %j', (given, message) => expect(() => read({}, ...given)).toThrow(message));
});
