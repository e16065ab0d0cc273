import { readdir, readFile, readlink, stat } from 'node:fs/promises';
import { totalmem } from 'node:os';
import { isIPv4 } from 'node:net';
import { Injectable } from '@nestjs/common';
import type { ContainerCreateRequest, ContainerSummary } from '../../api/generated/types.gen.js';
import { ContainerList } from '../../engine/container/list.js';
import { Engine } from '../../engine/engine.js';
import { NetworkList } from '../../engine/network/list.js';

/** What would stand in a container's way, or surprise. */
export interface Finding {
  /** `name`, `ports`, `volumes`, `memory`, `networks`. */
  readonly field: 'name' | 'ports' | 'volumes' | 'memory' | 'networks';
  readonly severity: 'error' | 'warning';
  readonly message: string;
  /** What would do instead. */
  readonly suggestion?: string;
}

/** Holds a container against what is on this host before it is made. */
@Injectable()
export class ContainerCheck {
  constructor(private readonly engine: Engine) {}

  /** @param id the container that is edited, which does not stand in its own way */
  async run(name: string, body: ContainerCreateRequest, id?: string): Promise<Finding[]> {
    const others = (await this.engine.run(ContainerList, { all: true })).filter(({ Id }) => Id !== id);
    const findings = await Promise.all([this.name(name, others), this.ports(body, others, id), this.volumes(body), this.networks(body)]);
    const memory = body.HostConfig?.Memory ?? 0;
    const tooMuch: Finding[] =
      memory > totalmem()
        ? [{ field: 'memory', severity: 'warning', message: `the host has ${Math.floor(totalmem() / 1024 ** 2)} MB of memory in all` }]
        : [];
    return [...findings.flat(), ...tooMuch];
  }

  private name(name: string, others: readonly ContainerSummary[]): Finding[] {
    const names = new Set(others.flatMap(({ Names }) => Names ?? []));
    const holder = others.find(({ Names }) => Names?.includes(`/${name}`));
    if (!name || !holder) return [];
    let number = 2;
    while (names.has(`/${name}-${number}`)) number++;
    return [
      { field: 'name', severity: 'error', message: `${name} is a container already (${holder.State})`, suggestion: `${name}-${number}` },
    ];
  }

  private async ports(
    { HostConfig }: ContainerCreateRequest,
    others: readonly ContainerSummary[],
    id: string | undefined,
  ): Promise<Finding[]> {
    const findings: Finding[] = [];
    for (const [port, bindings] of Object.entries(HostConfig?.PortBindings ?? {})) {
      const protocol = port.split('/')[1] ?? 'tcp';
      for (const { HostPort } of bindings ?? []) {
        const wanted = Number(HostPort);
        if (!wanted) continue;
        const container = others.find(({ Ports }) => Ports?.some(({ PublicPort, Type }) => PublicPort === wanted && Type === protocol));
        const holder = container ? `the container ${container.Names?.[0]?.slice(1)}` : await processAt(wanted, protocol);
        // A port of the container that is edited is held by its own proxy or rule.
        if (!holder || (id && !container && holder.includes('slipway'))) continue;
        const taken = await portsTaken(protocol);
        for (const { Ports } of others)
          for (const { PublicPort, Type } of Ports ?? []) if (PublicPort && Type === protocol) taken.add(PublicPort);
        let free = wanted + 1;
        while (taken.has(free) && free < 65535) free++;
        findings.push({
          field: 'ports',
          severity: 'error',
          message: `port ${wanted}/${protocol} of the host is held by ${holder}`,
          suggestion: String(free),
        });
      }
    }
    return findings;
  }

  private async volumes({ HostConfig }: ContainerCreateRequest): Promise<Finding[]> {
    const findings: Finding[] = [];
    const sources = [
      ...(HostConfig?.Binds ?? []).map((bind) => ({ source: bind.split(':')[0] ?? '', made: true })),
      ...(HostConfig?.Mounts ?? []).filter(({ Type }) => Type === 'bind').map(({ Source = '' }) => ({ source: Source, made: false })),
    ];
    for (const { source, made } of sources) {
      if (!source.startsWith('/') || (await exists(source))) continue;
      findings.push({
        field: 'volumes',
        severity: made ? 'warning' : 'error',
        message: made ? `${source} does not exist on the host: an empty folder is made there` : `${source} does not exist on the host`,
      });
    }
    return findings;
  }

  private async networks({ HostConfig, NetworkingConfig }: ContainerCreateRequest): Promise<Finding[]> {
    const networks = await this.engine.run(NetworkList, {});
    const known = new Map(networks.map((network) => [network.Name, network]));
    const mode = HostConfig?.NetworkMode ?? 'bridge';
    const endpoints = NetworkingConfig?.EndpointsConfig ?? {};
    const named = new Set([...(/^(host|none|default|container:.*)$/.test(mode) ? [] : [mode]), ...Object.keys(endpoints)]);
    const findings: Finding[] = [];
    for (const name of named) {
      const network = known.get(name) ?? networks.find(({ Id }) => name.length >= 4 && Id.startsWith(name));
      const address = endpoints[name]?.IPAMConfig?.IPv4Address;
      if (!network) findings.push({ field: 'networks', severity: 'error', message: `there is no network named ${name}` });
      else if (address) {
        const subnets = (network.IPAM?.Config ?? []).map(({ Subnet = '' }) => Subnet);
        if (!subnets.some((subnet) => contains(subnet, address)))
          findings.push({
            field: 'networks',
            severity: 'error',
            message: `${address} is not in the subnet of ${name}: ${subnets.join(', ')}`,
          });
      }
    }
    return findings;
  }
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

function contains(subnet: string, address: string): boolean {
  const [network = '', bits = '32'] = subnet.split('/');
  if (!isIPv4(network) || !isIPv4(address)) return false;
  const number = (text: string) => text.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  const size = 2 ** (32 - Number(bits));
  return Math.floor(number(network) / size) === Math.floor(number(address) / size);
}

interface Listening {
  readonly port: number;
  readonly inode: string;
}

/** What listens on this host: proc_net(5). */
async function listening(protocol: string): Promise<Listening[]> {
  const found: Listening[] = [];
  for (const file of [protocol, `${protocol}6`]) {
    const text = await readFile(`/proc/net/${file}`, 'utf8').catch(() => '');
    for (const line of text.split('\n').slice(1)) {
      const [, local = '', , state, , , , , , inode = ''] = line.trim().split(/\s+/);
      if (protocol === 'tcp' ? state === '0A' : state === '07') found.push({ port: Number.parseInt(local.split(':')[1] ?? '', 16), inode });
    }
  }
  return found;
}

async function portsTaken(protocol: string): Promise<Set<number>> {
  return new Set((await listening(protocol)).map(({ port }) => port));
}

/** The process that listens on a port, in words; undefined for none. */
async function processAt(port: number, protocol: string): Promise<string | undefined> {
  const held = (await listening(protocol)).find((item) => item.port === port);
  if (!held) return undefined;
  const target = `socket:[${held.inode}]`;
  for (const pid of await readdir('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    const files = await readdir(`/proc/${pid}/fd`).catch(() => []);
    for (const file of files) {
      if ((await readlink(`/proc/${pid}/fd/${file}`).catch(() => '')) !== target) continue;
      const name = (await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '')).trim();
      return `the process ${name || 'unknown'} (pid ${pid})`;
    }
  }
  return 'a process of the host';
}
