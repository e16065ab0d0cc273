import { networkDriverSuite } from '../testsuite.js';
import { BridgeDriver } from './driver.js';
import { NetnsDriver } from '../netns/driver.js';

/** The daemon's defaults. */
const EVERYTHING = { ipv4: true, ipv6: true, forwarding: true, guardForwarding: true, directRouting: false, acceptMark: undefined };

networkDriverSuite('bridge', (table) => new BridgeDriver(table, EVERYTHING), new NetnsDriver(''));
