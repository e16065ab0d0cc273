import type { ContainerSummary } from '@/client/containers';
import type { Network } from '@/client/networks';
import { nameOf } from './container';

/** Something in the picture. */
export interface PictureNode {
  key: string;
  name: string;
  /** What stands small beside the name. */
  note: string;
  to: string;
  /** A container that runs; networks and ports always are. */
  lit: boolean;
  /** Keys of what it is connected to. */
  links: string[];
}

export interface NetworkPicture {
  ports: PictureNode[];
  containers: PictureNode[];
  networks: PictureNode[];
}

/** Ports of the host, containers and networks, each with what it is connected to; in the order of their names. */
export function networkPicture(containers: readonly ContainerSummary[], networks: readonly Network[]): NetworkPicture {
  const ports = new Map<string, PictureNode>();
  const nets = new Map<string, PictureNode>(
    networks.map(({ Id, Name, Driver, IPAM }) => {
      const note = [Driver, ...(IPAM.Config ?? []).map(({ Subnet }) => Subnet ?? '')].filter(Boolean).join(' · ');
      return [Name, { key: `n ${Name}`, name: Name, note, to: `/networks/${Id}`, lit: true, links: [] }];
    }),
  );
  const boxes = containers.map((container): PictureNode => {
    const key = `c ${container.Id}`;
    const links: string[] = [];
    for (const { PublicPort, Type, IP = '' } of container.Ports ?? []) {
      if (!PublicPort) continue;
      const name = `${PublicPort}/${Type}`;
      const port = ports.get(name) ?? { key: `p ${name}`, name, note: '', to: `/containers/${container.Id}`, lit: true, links: [] };
      ports.set(name, port);
      if (!port.links.includes(key)) port.links.push(key);
      if (!links.includes(port.key)) links.push(port.key);
      if (IP && !/^(0\.0\.0\.0|::)$/.test(IP)) port.note = IP;
    }
    for (const name of Object.keys(container.NetworkSettings?.Networks ?? {})) {
      const network = nets.get(name);
      if (!network) continue;
      network.links.push(key);
      links.push(network.key);
    }
    const address = Object.values(container.NetworkSettings?.Networks ?? {}).find(({ IPAddress }) => IPAddress)?.IPAddress ?? '';
    return { key, name: nameOf(container), note: address, to: `/containers/${container.Id}`, lit: container.State === 'running', links };
  });
  const byName = (a: PictureNode, b: PictureNode) => a.name.localeCompare(b.name, 'en', { numeric: true });
  return { ports: [...ports.values()].sort(byName), containers: boxes.sort(byName), networks: [...nets.values()].sort(byName) };
}
