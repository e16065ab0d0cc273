import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { HOST_FILE, isReachable, type ResolvConf } from '../dns/resolv-conf.js';
import type { Sandbox, SandboxRequest } from './sandbox.js';

/** Contents of the files that a container finds in /etc. */
export interface SandboxFiles {
  readonly hosts: string;
  readonly resolvConf: string;
  readonly hostname: string;
}

const LOOPBACK_LINES = [
  '127.0.0.1\tlocalhost',
  '::1\tlocalhost ip6-localhost ip6-loopback',
  'fe00::\tip6-localnet',
  'ff00::\tip6-mcastprefix',
  'ff02::1\tip6-allnodes',
  'ff02::2\tip6-allrouters',
];

/** Address on which the embedded DNS server of a container listens. */
export const EMBEDDED_DNS = '127.0.0.11';

/** /etc/hosts of a container with interfaces of its own. @param hostGateways what host-gateway stands for */
export function hostsFile(sandbox: Sandbox, links: readonly string[], hostGateways: readonly string[]): string {
  const { request, endpoints } = sandbox;
  const name = request.domainname ? `${request.hostname}.${request.domainname} ${request.hostname}` : request.hostname;
  const own = endpoints.flatMap(({ ipv4, ipv6 }) => [ipv4, ipv6].flatMap((one) => (one ? [`${one.address}\t${name}`] : [])));
  return toText([...LOOPBACK_LINES, ...extraLines(request, hostGateways), ...links, ...own]);
}

/** /etc/hosts of a container in the host's network: the host's, with the extra hosts. */
export async function hostsFileOfHost(request: SandboxRequest, hostGateways: readonly string[]): Promise<string> {
  const text = await readFile('/etc/hosts', 'utf8');
  return text.replace(/\n?$/, '\n') + toText(extraLines(request, hostGateways));
}

/** /etc/hostname. A container in the host's network bears the host's name unless it has one of its own. */
export function hostnameFile(request: SandboxRequest): string {
  return `${request.hostname || hostname()}\n`;
}

/** The resolver's configuration of a container that asks the host's servers itself. */
export function resolvConf(request: SandboxRequest, host: ResolvConf, inHostNetwork: boolean): ResolvConf {
  const nameservers = request.dns.length > 0 ? request.dns : inHostNetwork ? host.nameservers : host.nameservers.filter(isReachable);
  return {
    nameservers,
    search: request.dnsSearch.length > 0 ? request.dnsSearch : host.search,
    options: request.dnsOptions.length > 0 ? request.dnsOptions : host.options,
    comments: [`Based on host file: '${HOST_FILE}' (legacy)`, `Overrides: [${overridesOf(request).join(' ')}]`],
  };
}

/** The same for a container with an embedded DNS server. @param upstream whom that one asks */
export function embeddedResolvConf(request: SandboxRequest, host: ResolvConf, upstream: readonly string[]): ResolvConf {
  const { search, options, comments } = resolvConf(request, host, true);
  const ownDots = options.some((option) => option.startsWith('ndots:'));
  const servers = upstream.map((server) => (isReachable(server) ? server : `host(${server})`));
  return {
    nameservers: [EMBEDDED_DNS],
    search,
    options: ownDots ? options : [...options, 'ndots:0'],
    comments: [
      `Based on host file: '${HOST_FILE}' (internal resolver)`,
      `ExtServers: [${servers.join(' ')}]`,
      ...(comments ?? []).filter((comment) => comment.startsWith('Overrides')),
      ...(ownDots ? [] : ['Option ndots from: internal']),
    ],
  };
}

function overridesOf({ dns, dnsSearch, dnsOptions }: SandboxRequest): string[] {
  const given: [string, readonly string[]][] = [
    ['nameservers', dns],
    ['search', dnsSearch],
    ['options', dnsOptions],
  ];
  return given.filter(([, values]) => values.length > 0).map(([name]) => name);
}

function extraLines(request: SandboxRequest, hostGateways: readonly string[]): string[] {
  return request.extraHosts.flatMap((entry) => {
    const at = entry.search(/[:=]/);
    const address = entry.slice(at + 1).replace(/^\[(.*)\]$/, '$1');
    return (address === 'host-gateway' ? hostGateways : [address]).map((one) => `${one}\t${entry.slice(0, at)}`);
  });
}

function toText(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}
