import type { ContainerSummary } from '@/client/containers';

export type ContainerStateName = ContainerSummary['State'];

/** Its name without Docker's leading slash. */
export const nameOf = (container: Pick<ContainerSummary, 'Names' | 'Id'>): string =>
  container.Names?.[0]?.replace(/^\//, '') ?? container.Id.slice(0, 12);

/** The compose project it belongs to. */
export const projectOf = (container: ContainerSummary): string => container.Labels?.['com.docker.compose.project'] ?? '';

export const isUp = (state: ContainerStateName): boolean => state === 'running' || state === 'paused' || state === 'restarting';

/** The image as people name it: an ID is cut short. */
export const imageName = (image: string): string =>
  /^(sha256:)?[0-9a-f]{64}$/.test(image) ? image.replace('sha256:', '').slice(0, 12) : image;

/** Docker's status without what the state says already: `Up 3 hours`, `Exit code 137, 12 minutes ago`. */
export const shortStatus = (status: string): string =>
  status.replace(/ \((?:healthy|unhealthy|Paused|health: starting)\)$/, '').replace(/^Exited \((-?\d+)\) /, 'Exit code $1, ');

export interface PortLink {
  /** `8080 → 80`, or `80/udp` when it is not published. */
  text: string;
  href?: string;
}

/** Ports for a list: published ones first, IPv4 and IPv6 of the same port once; TCP ones lead to the service. */
export function portLinks(container: ContainerSummary, host: string): PortLink[] {
  const links = new Map<string, PortLink>();
  const ports = [...(container.Ports ?? [])].sort((a, b) => Number(!a.PublicPort) - Number(!b.PublicPort) || a.PrivatePort - b.PrivatePort);
  for (const { IP, PrivatePort, PublicPort, Type } of ports) {
    const suffix = Type === 'tcp' ? '' : `/${Type}`;
    const text = PublicPort ? `${PublicPort} → ${PrivatePort}${suffix}` : `${PrivatePort}${suffix}`;
    if (links.get(text)?.href) continue;
    links.set(text, { text, ...(PublicPort && Type === 'tcp' && { href: urlOf(IP, PublicPort, host) }) });
  }
  return [...links.values()];
}

/** A port bound to all addresses is reached where the dashboard is. */
function urlOf(ip: string | undefined, port: number, host: string): string {
  const everywhere = !ip || ip === '0.0.0.0' || ip === '::';
  const address = everywhere ? host : ip.includes(':') ? `[${ip}]` : ip;
  return `${port === 443 || port === 8443 ? 'https' : 'http'}://${address}:${port}/`;
}

/** Whether all words of `filter` are found in what a container is known by. */
export function matchesContainer(container: ContainerSummary, filter: string): boolean {
  const text = [nameOf(container), container.Image, container.State, container.Id, projectOf(container), container.Status]
    .join(' ')
    .toLowerCase();
  return filter
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}
