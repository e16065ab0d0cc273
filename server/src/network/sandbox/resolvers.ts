import { Inject, Injectable, Logger } from '@nestjs/common';
import { DAEMON_CONFIG, type DaemonConfig } from '../../base/config.js';
import { messageOf } from '../../base/errors.js';
import { DNS_DRIVER, type DnsDriver, type DnsPicture, SANDBOX_DRIVER, type SandboxDriver } from '../../drivers/networkdriver/driver.js';
import { toDnsEndpoint, toDnsView } from '../dns/picture.js';
import { hostResolvConf, isReachable, type ResolvConf } from '../dns/resolv-conf.js';
import { embeddedResolvConf, resolvConf } from './files.js';
import { type Endpoint, hasNames, type Sandbox, type SandboxRequest } from './sandbox.js';

/** How the names of sandboxes are resolved: what the resolver is told, and what is written to their resolv.conf. */
@Injectable()
export class Resolvers {
  private readonly log = new Logger('Resolvers');
  private readonly endpoints = new Map<string, Endpoint>();
  private readonly sandboxes = new Map<string, Sandbox>();
  /** Processes of the sandboxes with an embedded server. */
  private readonly served = new Map<string, number>();
  /** What a former daemon's resolver serves already. */
  private inherited: ReadonlySet<string> = new Set();
  private host: ResolvConf = { nameservers: [], search: [], options: [] };

  constructor(
    @Inject(DAEMON_CONFIG) private readonly config: DaemonConfig,
    @Inject(DNS_DRIVER) private readonly driver: DnsDriver,
    @Inject(SANDBOX_DRIVER) private readonly sandboxDriver: SandboxDriver,
  ) {}

  /** Takes over the resolver of a former daemon with what its containers hold: it goes on answering. */
  async open(sandboxes: readonly Sandbox[]): Promise<void> {
    await this.refresh();
    for (const sandbox of sandboxes) {
      this.sandboxes.set(sandbox.containerId, sandbox);
      for (const endpoint of sandbox.endpoints) this.endpoints.set(endpoint.id, endpoint);
    }
    this.inherited = await this.driver.open(
      () => this.picture(),
      () => void this.recover(),
    );
  }

  /** Lets go of the resolver, which goes on for the containers that run. */
  close(): Promise<void> {
    return this.driver.close();
  }

  /** Reads the host's configuration, which the answers that follow are based on. */
  async refresh(): Promise<void> {
    const former = this.host.nameservers.join();
    this.host = await hostResolvConf();
    if (this.host.nameservers.join() !== former) for (const sandbox of this.sandboxes.values()) this.driver.setView(this.viewOf(sandbox));
  }

  /** Whether a sandbox has an embedded server: in networks with names, and where no server of the host's can be reached. */
  isEmbedded({ endpoints, request }: Sandbox): boolean {
    if (endpoints.some(({ networkName }) => hasNames(networkName))) return true;
    const onBridge = endpoints.some(({ ipv4, ipv6 }) => ipv4 ?? ipv6);
    return onBridge && resolvConf(this.withDefaults(request), this.host, false).nameservers.length === 0;
  }

  /** What goes to /etc/resolv.conf. @param inHostNetwork whether the host's loopback is the sandbox's */
  configuration(sandbox: Sandbox, inHostNetwork: boolean): ResolvConf {
    const request = this.withDefaults(sandbox.request);
    return this.isEmbedded(sandbox)
      ? embeddedResolvConf(request, this.host, this.upstream(sandbox))
      : resolvConf(request, this.host, inHostNetwork);
  }

  /** Makes a sandbox's endpoints known to the others, and to itself what it may ask. */
  add(sandbox: Sandbox): void {
    this.sandboxes.set(sandbox.containerId, sandbox);
    this.driver.setView(this.viewOf(sandbox));
    for (const endpoint of sandbox.endpoints) {
      this.endpoints.set(endpoint.id, endpoint);
      this.driver.setEndpoint(toDnsEndpoint(endpoint));
    }
  }

  /** An endpoint answers to no name any more. */
  forget({ id }: Endpoint): void {
    this.endpoints.delete(id);
    this.driver.removeEndpoint(id);
  }

  /** Takes everything of a sandbox away; one that is unknown is fine. */
  remove({ containerId, endpoints }: Sandbox): void {
    this.sandboxes.delete(containerId);
    this.served.delete(containerId);
    this.driver.removeView(containerId);
    for (const endpoint of endpoints) this.forget(endpoint);
  }

  /**
   * What a SandboxDriver is to join a sandbox to, undefined when it has no server or has it already.
   * The resolver runs then. @param pid the sandbox's first process @throws System
   */
  async prepare(sandbox: Sandbox, pid: number): Promise<string | undefined> {
    const { containerId } = sandbox;
    if (!this.isEmbedded(sandbox) || this.served.has(containerId)) return undefined;
    await this.driver.start();
    this.served.set(containerId, pid);
    return this.inherited.has(containerId) ? undefined : containerId;
  }

  /** Takes `prepare` back for a sandbox that could not be joined. */
  unprepare(containerId: string): void {
    this.served.delete(containerId);
  }

  /** The resolver has ended, which nobody told it to: another one takes over. */
  private async recover(): Promise<void> {
    this.log.warn('the resolver has ended: another one is started');
    this.inherited = new Set();
    try {
      await this.driver.start();
    } catch (error) {
      this.log.error(`the resolver could not be started: ${messageOf(error)}`);
      return;
    }
    for (const [containerId, pid] of this.served) await this.rejoin(containerId, pid);
  }

  private async rejoin(containerId: string, pid: number): Promise<void> {
    try {
      await this.sandboxDriver.join({ pid, cables: [], routes: [], dns: containerId });
    } catch (error) {
      // It may have ended meanwhile.
      if (this.served.has(containerId)) this.log.error(`container ${containerId} resolves no names: ${messageOf(error)}`);
    }
  }

  private picture(): DnsPicture {
    return {
      endpoints: [...this.endpoints.values()].map(toDnsEndpoint),
      views: [...this.sandboxes.values()].map((sandbox) => this.viewOf(sandbox)),
    };
  }

  private viewOf(sandbox: Sandbox) {
    return toDnsView(sandbox, this.upstream(sandbox));
  }

  /** Internal networks have no way out, and so no questions to the outside either (CVE-2024-29018). */
  private upstream({ endpoints, request }: Sandbox): readonly string[] {
    if (!endpoints.some(({ ipv4, ipv6 }) => ipv4?.exit ?? ipv6?.exit)) return [];
    const { dns } = this.withDefaults(request);
    return dns.length > 0 ? dns.filter(isReachable) : this.host.nameservers;
  }

  /** A container's own settings, else the daemon's. */
  private withDefaults(request: SandboxRequest): SandboxRequest {
    const { dns, dnsSearch, dnsOptions } = this.config;
    const choose = (own: readonly string[], general: readonly string[]) => (own.length > 0 ? own : general);
    return {
      ...request,
      dns: choose(request.dns, dns),
      dnsSearch: choose(request.dnsSearch, dnsSearch),
      dnsOptions: choose(request.dnsOptions, dnsOptions),
    };
  }
}
