import { Inject, Injectable } from '@nestjs/common';
import type { Network, NetworkCreateRequest } from '../api/generated/types.gen.js';
import { DAEMON_CONFIG, type DaemonConfig } from '../base/config.js';
import { conflict, forbidden, invalidParameter, notFound } from '../base/errors.js';
import { NETWORK_DRIVERS, type NetworkDriver, type PublishedPort } from '../drivers/networkdriver/driver.js';
import { checkSources, toConfigNetwork, withSettingsOf } from './config-network.js';
import { defaultBridgeRequest, differsFromFlags } from './default-bridge.js';
import { hostSubnets } from './ipam/host-subnets.js';
import { AddressPool, type PoolConfig } from './ipam/pool.js';
import { type Ground, toNetwork } from './network-config.js';
import { checkOptions, linkOf, toSpec, withDefaults } from './network-options.js';
import { PREDEFINED } from './sandbox/sandbox.js';
import { type NetworkRecord, NetworkStore } from './store.js';

const NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/;

/** All networks: made, found, removed, with the addresses they hand out. */
@Injectable()
export class Networks {
  private readonly records = new Map<string, NetworkRecord>();
  private readonly pools = new Map<string, AddressPool[]>();
  /** Being made: name, link and addresses are taken, but nobody can use or remove them yet. */
  private readonly unfinished = new Set<NetworkRecord>();

  constructor(
    @Inject(DAEMON_CONFIG) private readonly config: DaemonConfig,
    private readonly store: NetworkStore,
    @Inject(NETWORK_DRIVERS) private readonly drivers: readonly NetworkDriver[],
  ) {}

  /** Brings all networks up. @param used IDs of networks with running containers @param ports what those have published */
  async open(used: ReadonlySet<string>, ports: readonly PublishedPort[]): Promise<void> {
    for (const record of this.store.networks()) {
      if (this.isOutdated(record) && !used.has(record.inspect.Id)) this.store.deleteNetwork(record.inspect.Id);
      else this.remember(record);
    }
    for (const [name, driver] of [
      ['bridge', 'bridge'],
      ['host', 'host'],
      ['none', 'null'],
    ] as const)
      if (!this.find(name)) await this.definePredefined(name, driver);
    for (const driver of this.drivers) {
      const specs = this.list()
        .filter(({ inspect }) => inspect.Driver === driver.name)
        .map(toSpec);
      await driver.restore(specs, driver.name === 'bridge' ? ports : []);
    }
  }

  /** Removes links and rules from the host when `removeLinks`: no container may be running then. The networks themselves stay. */
  async close({ removeLinks }: { removeLinks: boolean }): Promise<void> {
    if (!removeLinks) return;
    for (const driver of this.drivers)
      await driver.close(
        this.list()
          .filter(({ inspect }) => inspect.Driver === driver.name)
          .map(toSpec),
      );
  }

  list(): NetworkRecord[] {
    return [...this.records.values()].filter((record) => !this.unfinished.has(record));
  }

  /** Finds a network by ID, name or the start of its ID. @throws NotFound, InvalidParameter when several IDs start so */
  get(reference: string): NetworkRecord {
    const record = this.find(reference);
    if (!record) throw notFound(`network ${reference} not found`);
    return record;
  }

  /** As `get`, undefined when there is none. */
  find(reference: string): NetworkRecord | undefined {
    const exact =
      this.list().find(({ inspect }) => inspect.Id === reference) ?? this.list().find(({ inspect }) => inspect.Name === reference);
    if (exact || reference === '') return exact;
    const matching = this.list().filter(({ inspect }) => inspect.Id.startsWith(reference));
    if (matching.length > 1) throw invalidParameter(`network ${reference} is ambiguous (${matching.length} matches found on name)`);
    return matching[0];
  }

  driverOf({ inspect }: NetworkRecord): NetworkDriver {
    return this.driver(inspect.Driver);
  }

  /** Makes a network. @throws Conflict, Forbidden, InvalidParameter, NotFound (the driver) */
  async create(given: NetworkCreateRequest): Promise<NetworkRecord> {
    checkSources(given);
    const request = this.complete(given);
    if (!NAME.test(request.Name))
      throw invalidParameter(`invalid network name: ${request.Name || 'it is empty'}: use letters, digits, _ . and -`);
    if (PREDEFINED.includes(request.Name) || request.Name === 'default')
      throw forbidden(`operation is not permitted on predefined ${request.Name} network`);
    const driver = this.driver(request.Driver || 'bridge');
    if (!driver.isMultiple && !request.ConfigOnly) throw forbidden(`only one instance of "${driver.name}" network is allowed`);
    this.checkName(request.Name);
    checkOptions(request.Options ?? {});
    if (request.ConfigOnly) return this.add(this.toRecord(toConfigNetwork(request)));
    const ground = await this.ground();
    const record = this.toRecord(toNetwork(request, driver, ground()));
    driver.check(toSpec(record));
    return this.add(record);
  }

  /** Removes a network that no container uses. @throws Forbidden for a predefined one */
  async remove(record: NetworkRecord): Promise<void> {
    const { Id: id, Name: name } = record.inspect;
    if (PREDEFINED.includes(name)) throw forbidden(`${name} is a pre-defined network and cannot be removed`);
    if (record.inspect.ConfigOnly && this.taken().some(({ inspect }) => inspect.ConfigFrom?.Network === name))
      throw forbidden(`configuration network "${name}" is in use`);
    await this.driverOf(record).deleteNetwork(toSpec(record));
    this.store.deleteNetwork(id);
    this.records.delete(id);
    this.pools.delete(id);
  }

  /** The address pools of a network, IPv4 first. */
  poolsOf({ inspect }: NetworkRecord): readonly AddressPool[] {
    return this.pools.get(inspect.Id) ?? [];
  }

  /** Whether the daemon was started with another default bridge than the one that was saved. */
  private isOutdated({ inspect, link }: NetworkRecord): boolean {
    if (inspect.Name !== 'bridge') return false;
    return link !== this.config.bridge || differsFromFlags(inspect, defaultBridgeRequest(this.config));
  }

  private async definePredefined(name: string, driver: string): Promise<void> {
    const request = name === 'bridge' ? defaultBridgeRequest(this.config) : { Name: name, Driver: driver };
    const ground = await this.ground();
    const record = this.toRecord(toNetwork(request, this.driver(driver), ground()));
    this.store.saveNetwork(record);
    this.remember(record);
  }

  /** The request with the settings of its configuration network, or else the daemon's for its driver. @throws NotFound */
  private complete(request: NetworkCreateRequest): NetworkCreateRequest {
    const name = request.ConfigFrom?.Network;
    if (!name) return withDefaults(request, this.config.defaultNetworkOptions[request.Driver || 'bridge']);
    const source = this.list().find(({ inspect }) => inspect.ConfigOnly && inspect.Name === name);
    if (!source) throw notFound(`configuration network "${name}" not found`);
    return withSettingsOf(source.inspect, request);
  }

  private async add(record: NetworkRecord): Promise<NetworkRecord> {
    const { inspect: network } = record;
    // Taken before the first wait, so that of two creations at once one fails.
    this.checkName(network.Name);
    this.checkLink(record.link);
    this.remember(record);
    this.unfinished.add(record);
    try {
      // Saved first: a link that nobody knows of would stay for ever, and one that is missing is made at the next start.
      this.store.saveNetwork(record);
      await this.driverOf(record).createNetwork(toSpec(record));
    } catch (error) {
      this.store.deleteNetwork(network.Id);
      this.records.delete(network.Id);
      this.pools.delete(network.Id);
      throw error;
    } finally {
      this.unfinished.delete(record);
    }
    return record;
  }

  private toRecord(inspect: Network): NetworkRecord {
    return { inspect, link: linkOf(inspect) };
  }

  private remember(record: NetworkRecord): void {
    const configs = record.inspect.ConfigOnly ? [] : (record.inspect.IPAM.Config ?? []);
    const pools = configs.map((config) => new AddressPool(config as PoolConfig));
    this.pools.set(
      record.inspect.Id,
      pools.sort((a, b) => a.subnet.family - b.subnet.family),
    );
    this.records.set(record.inspect.Id, record);
  }

  /** The host is asked first: what networks have is then read at once, without a wait in which another one could be made. */
  private async ground(): Promise<() => Ground> {
    const host = await hostSubnets();
    const pools = this.config.defaultAddressPools;
    return () => ({ networks: [...this.pools.values()].flat().map(({ subnet }) => subnet), host, pools });
  }

  private driver(name: string): NetworkDriver {
    const driver = this.drivers.find((one) => one.name === name || (name === 'none' && one.name === 'null'));
    if (!driver) throw notFound(`could not find plugin "${name}" in v1 plugin registry: plugin not found`);
    return driver;
  }

  private taken(): NetworkRecord[] {
    return [...this.records.values()];
  }

  private checkName(name: string): void {
    if (this.taken().some(({ inspect }) => inspect.Name === name)) throw conflict(`network with name ${name} already exists`);
  }

  private checkLink(link: string): void {
    const owner = this.taken().find((record) => record.link === link);
    if (link && owner) throw forbidden(`bridge ${link} belongs to network ${owner.inspect.Name} already: networks have same bridge name`);
  }
}
