import type { NetworkSpec, PublishedPort } from '../driver.js';

/** What one network or port adds to a set or map of the table: its name there and the element in nft's words. */
export interface Element {
  readonly set: string;
  /** What the element is found by. */
  readonly key: string;
  /** What a map leads it to. */
  readonly value?: string;
}

/** The elements that make a bridge known to the rules. */
export function networkElements(network: NetworkSpec): Element[] {
  const link = `"${network.link}"`;
  const elements: Element[] = [
    { set: 'bridges', key: link },
    { set: 'into', key: link, value: network.internal ? 'goto closed' : 'goto published' },
  ];
  if (network.internal) elements.push({ set: 'from', key: link, value: 'goto closed' });
  elements.push({ set: network.interContainer ? 'same' : 'apart', key: `${link} . ${link}` });
  for (const one of network.internal ? [] : network.trusted) elements.push({ set: 'trusted', key: `"${one}" . ${link}` });
  for (const { subnet } of network.subnets) {
    const family = familyOf(subnet);
    elements.push({ set: `own${family}`, key: `${subnet} . ${link}` });
    if (!network.internal) elements.push(...exitElements(network, family, subnet));
  }
  return elements;
}

/** What becomes of packets that leave a subnet, and of those that come to it unasked. */
function exitElements(network: NetworkSpec, family: 4 | 6, subnet: string): Element[] {
  const mode = family === 4 ? network.modes.ipv4 : network.modes.ipv6;
  const source = family === 4 ? network.source.ipv4 : network.source.ipv6;
  if (mode === 'routed') return [{ set: `routed${family}`, key: subnet }];
  const elements: Element[] = [];
  if (mode === 'nat-unprotected') elements.push({ set: `open${family}`, key: subnet });
  if (network.masquerade)
    elements.push(source ? { set: `source${family}`, key: subnet, value: source } : { set: `masquerade${family}`, key: subnet });
  return elements;
}

/** The elements that lead a port of the host to its container, or let its own port be reached. */
export function portElements(port: PublishedPort): Element[] {
  const { protocol, hostIp, hostPort, containerIp, containerPort, from } = port;
  if (from !== undefined)
    return [{ set: `linked${familyOf(containerIp)}`, key: `${from} . ${containerIp} . ${protocol} . ${containerPort}` }];
  if (hostPort === 0) return [directElement(port)];
  const family = familyOf(hostIp);
  const key = `${protocol} . ${hostPort}`;
  const value = `${containerIp} . ${containerPort}`;
  if (hostIp === '0.0.0.0' || hostIp === '::') return [{ set: `any${family}`, key, value }];
  const exact: Element = { set: `ports${family}`, key: `${hostIp} . ${key}`, value };
  return hostIp.startsWith('127.') ? [exact, { set: 'loopback', key: `${hostIp} . ${key}` }] : [exact];
}

/** Lets the container's own port be reached at its own address, by whoever has a way there. */
export function directElement({ protocol, containerIp, containerPort }: PublishedPort): Element {
  return { set: `direct${familyOf(containerIp)}`, key: `${containerIp} . ${protocol} . ${containerPort}` };
}

/** Whether it is about IPv6 alone. */
export function isOfIpv6({ set }: Element): boolean {
  return set.endsWith('6');
}

/** nft commands that add `elements` to `table`. */
export function addCommands(table: string, elements: readonly Element[]): string {
  return elements.map(({ set, key, value }) => `add element inet ${table} ${set} { ${key}${value ? ` : ${value}` : ''} }\n`).join('');
}

/** nft commands that delete `elements` from `table`. */
export function deleteCommands(table: string, elements: readonly Element[]): string {
  return elements.map(({ set, key }) => `delete element inet ${table} ${set} { ${key} }\n`).join('');
}

function familyOf(text: string): 4 | 6 {
  return text.includes(':') ? 6 : 4;
}
