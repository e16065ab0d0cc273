import type { EndpointSettings } from '../api/generated/types.gen.js';
import { containerName } from './labels.js';
import type { Project, Service } from './project.js';
import { asTree, compact, text, texts, type Tree } from './tree.js';
import { number } from './units.js';

/** The networks a service is on, by their whole names; the one with the highest priority first. Undefined where it shares another's. */
export function networksOf(project: Project, { spec }: Service): { key: string; name: string; spec: Tree }[] {
  if (spec['network_mode'] !== undefined) return [];
  const wanted = Object.keys(asTree(spec['networks'])).length > 0 ? asTree(spec['networks']) : { default: null };
  const priority = ({ spec: settings }: { spec: Tree }) => Number(settings['priority'] ?? 0);
  return Object.entries(wanted)
    .map(([key, settings]) => ({ key, name: networkName(project, key), spec: asTree(settings) }))
    .sort((a, b) => priority(b) - priority(a));
}

export function networkName(project: Project, key: string): string {
  return project.networks.get(key)?.name ?? `${project.name}_${key}`;
}

/** EndpointsConfig of a container: found by the service's name and what else the file says; by its own name it is found anyway. */
export function toEndpoints(project: Project, service: Service): Record<string, EndpointSettings> {
  const links = texts(service.spec['links']).map((link) => (link.includes(':') ? link : `${link}:${link}`));
  return Object.fromEntries(
    networksOf(project, service).map(({ name, spec }) => {
      const addresses = compact({ IPv4Address: text(spec['ipv4_address']), IPv6Address: text(spec['ipv6_address']) });
      const linked = links.map((link) => link.split(':')).map(([target = '', alias]) => [containerOf(project, target), alias].join(':'));
      return [
        name,
        compact({
          Aliases: [...new Set([service.name, ...texts(spec['aliases'])])],
          IPAMConfig: Object.keys(addresses).length > 0 ? addresses : undefined,
          MacAddress: text(spec['mac_address']) ?? text(service.spec['mac_address']),
          DriverOpts: spec['driver_opts'] === undefined ? undefined : (asTree(spec['driver_opts']) as Record<string, string>),
          GwPriority: spec['gw_priority'] === undefined ? undefined : number(spec['gw_priority'], 'gw_priority'),
          Links: linked.length > 0 ? linked : undefined,
        }),
      ];
    }),
  );
}

function containerOf(project: Project, service: string): string {
  const found = project.services.get(service);
  return found ? containerName(project, found, 1) : service;
}
