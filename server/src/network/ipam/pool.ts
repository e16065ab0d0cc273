import { forbidden, invalidParameter, systemError } from '../../base/errors.js';
import { type Address, contains, formatAddress, formatSubnet, parseAddress, parseSubnet, type Subnet } from './cidr.js';

/** What an address pool is made of, in Docker's words. */
export interface PoolConfig {
  readonly Subnet: string;
  /** Part of the subnet from which addresses are handed out; the whole when missing. */
  readonly IPRange?: string;
  readonly Gateway?: string;
  /** Addresses that are somebody else's, by name. */
  readonly AuxiliaryAddresses?: Readonly<Record<string, string>> | null;
}

/** The addresses of one subnet: the lowest free one first. */
export class AddressPool {
  readonly subnet: Subnet;
  private readonly range: Subnet;
  private readonly taken = new Set<bigint>();
  private lowest: bigint;

  /** @throws InvalidParameter when the parts do not fit each other */
  constructor(readonly config: PoolConfig) {
    this.subnet = parseSubnet(config.Subnet);
    this.range = config.IPRange ? parseSubnet(config.IPRange) : this.subnet;
    if (!contains(this.subnet, { family: this.range.family, value: this.range.first }) || this.range.prefix < this.subnet.prefix)
      throw invalidParameter(`invalid network config: ip-range ${config.IPRange} is not in subnet ${config.Subnet}`);
    this.lowest = this.range.first;
    if (this.reservesEnds) {
      this.taken.add(this.subnet.first);
      this.taken.add(this.subnet.last);
    }
    for (const address of [config.Gateway, ...Object.values(config.AuxiliaryAddresses ?? {})]) if (address) this.take(address);
  }

  /** Hands out `wanted`, or the lowest free address. @throws Forbidden, InvalidParameter, System when none is left */
  allocate(wanted?: string): string {
    if (wanted) return this.take(wanted);
    for (let value = this.lowest; value <= this.range.last; value++) {
      if (this.taken.has(value)) continue;
      this.taken.add(value);
      this.lowest = value + 1n;
      return this.format(value);
    }
    throw systemError(`no available IPv${this.subnet.family} addresses on this network's address pools: ${formatSubnet(this.subnet)}`);
  }

  /** Gives an address back; one that is not taken is fine. */
  release(text: string): void {
    const address = parseAddress(text);
    if (!address || !this.taken.delete(address.value)) return;
    if (address.value < this.lowest && address.value >= this.range.first) this.lowest = address.value;
  }

  holds(text: string): boolean {
    const address = parseAddress(text);
    return address !== undefined && contains(this.subnet, address);
  }

  /** How many addresses are taken, and how many can still be handed out. */
  usage(): { inUse: number; available: number } {
    const size = this.range.last - this.range.first + 1n;
    const inRange = [...this.taken].filter((value) => value >= this.range.first && value <= this.range.last).length;
    return { inUse: this.taken.size, available: Number(size) - inRange };
  }

  private take(text: string): string {
    const address = parseAddress(text);
    if (!address) throw invalidParameter(`invalid address: ${text}`);
    if (!contains(this.subnet, address)) throw invalidParameter(`no configured subnet contains IP address ${text}`);
    if (this.taken.has(address.value)) throw forbidden('Address already in use: ' + text);
    this.taken.add(address.value);
    return this.format(address.value);
  }

  /** The network's own and its broadcast address belong to nobody; point-to-point subnets have neither (RFC 3021, RFC 6164). */
  private get reservesEnds(): boolean {
    return this.subnet.prefix < (this.subnet.family === 4 ? 31 : 127);
  }

  private format(value: bigint): string {
    return formatAddress({ family: this.subnet.family, value } satisfies Address);
  }
}
