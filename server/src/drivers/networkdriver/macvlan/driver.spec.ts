import { describe } from 'vitest';
import { NetnsDriver } from '../netns/driver.js';
import { sharedLinkSuite } from '../testsuite-shared-link.js';
import { MacvlanDriver } from './driver.js';

describe('network driver macvlan', () => {
  sharedLinkSuite(() => new MacvlanDriver(), new NetnsDriver(''), [{}, { macvlan_mode: 'bridge' }]);
});
