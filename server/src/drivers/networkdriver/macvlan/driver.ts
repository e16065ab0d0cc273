import { invalidParameter } from '../../../base/errors.js';
import type { NetworkSpec } from '../driver.js';
import { SharedLinkDriver } from '../shared-link-driver.js';

/** MACVLAN_MODE_* of if_link.h. */
const MODES: Readonly<Record<string, number>> = { private: 1, vepa: 2, bridge: 4, passthru: 8 };

/** Networks whose containers are on the link of the host with a MAC address of their own. */
export class MacvlanDriver extends SharedLinkDriver {
  readonly name = 'macvlan';

  exit({ internal }: NetworkSpec): 'gateway' | 'none' {
    return internal ? 'none' : 'gateway';
  }

  protected modeOf({ options }: NetworkSpec): { mode: number; flags: number } {
    const name = options['macvlan_mode'] || 'bridge';
    const mode = MODES[name];
    if (mode === undefined)
      throw invalidParameter(`requested macvlan mode '${name}' is not valid, 'bridge' mode is the macvlan driver default`);
    return { mode, flags: 0 };
  }
}
