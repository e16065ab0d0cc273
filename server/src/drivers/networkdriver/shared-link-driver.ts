import { forbidden } from '../../base/errors.js';
import type { Cable, EndpointSpec, NetworkDriver, NetworkSpec } from './driver.js';
import { checkParent, ensureParent, parentOf, removeParent } from './parent-link.js';

/** Networks whose containers share a link of the host: what macvlan and ipvlan have in common. */
export abstract class SharedLinkDriver implements NetworkDriver {
  abstract readonly name: 'macvlan' | 'ipvlan';
  readonly isMultiple = true;
  /** The parent links of the networks that there are, with the network's ID. */
  private readonly parents = new Map<string, string>();

  async restore(networks: readonly NetworkSpec[]): Promise<void> {
    for (const network of networks) {
      this.parents.set(parentOf(network), network.id);
      await ensureParent(network);
    }
  }

  check(network: NetworkSpec): void {
    this.modeOf(network);
    checkParent(network);
    const owner = this.parents.get(parentOf(network));
    if (owner) throw forbidden(`network ${owner.slice(0, 12)} is already using parent interface ${parentOf(network)}`);
  }

  abstract exit(network: NetworkSpec): 'gateway' | 'link' | 'none';

  async createNetwork(network: NetworkSpec): Promise<void> {
    const parent = parentOf(network);
    this.parents.set(parent, network.id);
    try {
      await ensureParent(network);
    } catch (error) {
      this.parents.delete(parent);
      throw error;
    }
  }

  async deleteNetwork(network: NetworkSpec): Promise<void> {
    await removeParent(network);
    this.parents.delete(parentOf(network));
  }

  cable(network: NetworkSpec, endpoint: EndpointSpec): Cable {
    const { mode, flags } = this.modeOf(network);
    return {
      ...endpoint,
      kind: this.name,
      name: endpoint.interfaceName,
      parent: parentOf(network),
      mode,
      flags,
      mtu: network.mtu,
      isolated: false,
    };
  }

  /** Containers have addresses of their own on the outside: nothing is published. */
  async publish(): Promise<void> {}

  async unpublish(): Promise<void> {}

  async close(networks: readonly NetworkSpec[]): Promise<void> {
    await Promise.all(networks.map(removeParent));
  }

  /** The kernel's numbers for the options. @throws InvalidParameter */
  protected abstract modeOf(network: NetworkSpec): { readonly mode: number; readonly flags: number };
}
