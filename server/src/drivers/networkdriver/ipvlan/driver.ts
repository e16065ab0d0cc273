import { invalidParameter } from '../../../base/errors.js';
import type { NetworkSpec } from '../driver.js';
import { SharedLinkDriver } from '../shared-link-driver.js';

/** IPVLAN_MODE_* and IPVLAN_F_* of if_link.h. */
const MODES: Readonly<Record<string, number>> = { l2: 0, l3: 1, l3s: 2 };
const FLAGS: Readonly<Record<string, number>> = { bridge: 0, private: 1, vepa: 2 };

/** Networks whose containers are on the link of the host under its MAC address: switched (l2) or routed (l3, l3s). */
export class IpvlanDriver extends SharedLinkDriver {
  readonly name = 'ipvlan';

  /** Behind a routed one there is no neighbour to ask for an address: everything goes to the link. */
  exit({ internal, options }: NetworkSpec): 'gateway' | 'link' | 'none' {
    if (internal) return 'none';
    return (options['ipvlan_mode'] || 'l2') === 'l2' ? 'gateway' : 'link';
  }

  protected modeOf({ options }: NetworkSpec): { mode: number; flags: number } {
    const [modeName, flagName] = [options['ipvlan_mode'] || 'l2', options['ipvlan_flag'] || 'bridge'];
    const [mode, flags] = [MODES[modeName], FLAGS[flagName]];
    if (mode === undefined)
      throw invalidParameter(`requested ipvlan mode '${modeName}' is not valid, 'l2' mode is the ipvlan driver default`);
    if (flags === undefined)
      throw invalidParameter(`requested ipvlan flag '${flagName}' is not valid, 'bridge' flag is the ipvlan driver default`);
    return { mode, flags };
  }
}
