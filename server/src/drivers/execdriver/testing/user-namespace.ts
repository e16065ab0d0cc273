import { chownSync, readlinkSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { sees } from './box.js';
import { OUTPUT, type Given } from './given.js';

const FIRST = 300_000;
const ids = [{ containerID: 0, hostID: FIRST, size: 65_536 }];

export function testUserNamespace(given: Given): void {
  it('gives processes IDs of their own in a user namespace, which another container can join', async () => {
    const namespaces = ['user', 'pid', 'network', 'ipc', 'uts', 'mount'].map((type) => ({ type }));
    const script = 'echo said >/dev/stderr; touch /made; id -u; ulimit -c; grep -c . /proc/self/uid_map; echo ready; sleep 60';
    const process = { user: { uid: 0, gid: 0, additionalGids: [0] }, rlimits: [{ type: 'RLIMIT_CORE', soft: 0, hard: 0 }] };
    const command = given.sh(script, { process, linux: { namespaces, uidMappings: ids, gidMappings: ids } });
    const upper = given.box.upper(command);
    chownSync(upper, FIRST, FIRST);
    const container = await given.box.create(given.driver, command);
    const output = await container.attach(OUTPUT);
    const ready = sees(output, 'ready');
    await container.start();
    await ready;
    expect(given.box.log(command).map(({ log }) => log)).toEqual(['said\n', '0\n', '0\n', '1\n', 'ready\n']);
    expect(statSync(join(upper, 'made'))).toMatchObject({ uid: FIRST, gid: FIRST });
    expect(statSync(`/proc/${container.pid}`)).toMatchObject({ uid: FIRST });
    const joins = [
      { type: 'user', path: `/proc/${container.pid}/ns/user` },
      { type: 'network', path: `/proc/${container.pid}/ns/net` },
      { type: 'pid', path: `/proc/${container.pid}/ns/pid` },
      ...['ipc', 'uts', 'mount'].map((type) => ({ type })),
    ];
    const joined = given.sh('readlink /proc/self/ns/user; id -u; cat /proc/1/comm', { linux: { namespaces: joins } });
    const { output: seen, exitCode } = await given.box.run(given.driver, joined);
    expect([exitCode, seen]).toEqual([0, `${readlinkSync(`/proc/${container.pid}/ns/user`)}\n0\nsleep\n`]);
    await container.dispose();
  });
}
