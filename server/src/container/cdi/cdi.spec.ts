import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { inject, type EditableSpec } from './inject.js';
import { resolveDevices } from './registry.js';
import { requestedDevices } from './requests.js';

describe('devices of the Container Device Interface', () => {
  let root: string;
  let folders: string[];
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'cdi-'));
    folders = ['static', 'dynamic', 'missing'].map((name) => join(root, name));
    for (const folder of folders.slice(0, 2)) mkdirSync(folder);
    const device = { path: '/dev/card0', hostPath: '/dev/null' };
    writeFileSync(
      join(root, 'static/acme.json'),
      JSON.stringify({
        cdiVersion: '0.6.0',
        kind: 'acme.com/card',
        containerEdits: { env: ['ACME=yes'] },
        devices: [
          { name: '0', containerEdits: { env: ['CARD=0', 'PATH=/acme'], deviceNodes: [device] } },
          { name: '1', containerEdits: { env: ['CARD=static'] } },
        ],
      }),
    );
    writeFileSync(
      join(root, 'dynamic/acme.yaml'),
      'cdiVersion: 0.6.0\nkind: acme.com/card\ndevices:\n- name: "1"\n  containerEdits:\n    mounts:\n    - {hostPath: /opt/acme, containerPath: /acme}\n' +
        '    additionalGids: [7]\n',
    );
  });
  afterEach(() => rmSync(root, { recursive: true }));

  const emptySpec = (): EditableSpec => ({
    process: { env: ['PATH=/bin'], user: { additionalGids: [] } },
    mounts: [],
    linux: { devices: [], resources: { devices: [] } },
  });

  it('changes the spec as the files say, what all devices of a file need only once', async () => {
    const spec = emptySpec();
    await inject(spec, await resolveDevices(folders.slice(0, 1), ['acme.com/card=0', 'acme.com/card=1']));
    expect(spec.process.env).toEqual(['PATH=/acme', 'ACME=yes', 'CARD=static']);
    expect(spec.linux.devices).toEqual([expect.objectContaining({ path: '/dev/card0', type: 'c', major: 1, minor: 3 })]);
    expect(spec.linux.resources.devices).toEqual([{ allow: true, type: 'c', major: 1, minor: 3, access: 'rwm' }]);
  });

  it('takes the device of a later folder, from YAML too', async () => {
    const spec = emptySpec();
    await inject(spec, await resolveDevices(folders, ['acme.com/card=1']));
    const options = ['ro', 'nosuid', 'nodev', 'bind'];
    expect(spec.mounts).toEqual([{ destination: '/acme', source: '/opt/acme', type: 'bind', options }]);
    expect(spec.process.user.additionalGids).toEqual([7]);
  });

  it('names what no file has', async () => {
    const wanted = resolveDevices(folders, ['acme.com/card=0', 'acme.com/card=9', 'b.com/x=1']);
    await expect(wanted).rejects.toThrow('CDI device injection failed: unresolvable CDI devices acme.com/card=9, b.com/x=1');
  });

  it('refuses drivers that are not there', () => {
    expect(requestedDevices([{ Driver: 'cdi', DeviceIDs: ['a.com/b=c'] }])).toEqual(['a.com/b=c']);
    expect(() => requestedDevices([{ Driver: '', Count: -1, Capabilities: [['gpu']] }])).toThrow(
      'could not select device driver "" with capabilities: [[gpu]]',
    );
  });
});
