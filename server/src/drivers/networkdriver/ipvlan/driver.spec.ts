import { spawnSync } from 'node:child_process';
import { describe } from 'vitest';
import { NetnsDriver } from '../netns/driver.js';
import { sharedLinkSuite } from '../testsuite-shared-link.js';
import { IpvlanDriver } from './driver.js';

/** Whether this kernel has ipvlan at all: many of virtual machines leave it out. Tried in a namespace of its own. */
const script = 'ip link add a type veth peer name b && ip link add link a name c type ipvlan mode l2';
const known = spawnSync('unshare', ['-n', 'sh', '-c', script]).status === 0;

describe.runIf(known)('network driver ipvlan', () => {
  sharedLinkSuite(() => new IpvlanDriver(), new NetnsDriver(''), [{}, { ipvlan_mode: 'l2', ipvlan_flag: 'bridge' }]);
});
