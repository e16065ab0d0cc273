import type { NetworkCreateRequest, VolumeCreateRequest } from '../api/generated/types.gen.js';
import { resourceLabels } from './labels.js';
import type { Project, Resource } from './project.js';
import { networkName, networksOf } from './to-endpoints.js';
import { asList, asTree, compact, text, type Tree } from './tree.js';
import { boolean } from './units.js';

/** The networks that services are on: those of the file and, where one uses it, the default one. */
export function networksInUse(project: Project): Resource[] {
  const keys = new Set([...project.services.values()].flatMap((service) => networksOf(project, service).map(({ key }) => key)));
  return [...keys].map((key) => project.networks.get(key) ?? { key, name: networkName(project, key), external: false, spec: {} });
}

export function toNetwork(project: Project, { key, name, spec }: Resource): NetworkCreateRequest {
  const flag = (field: string) => (spec[field] === undefined ? undefined : boolean(spec[field], field));
  const { driver, config, options } = asTree(spec['ipam']);
  return compact({
    Name: name,
    Driver: text(spec['driver']) ?? 'bridge',
    Options: spec['driver_opts'] === undefined ? undefined : strings(asTree(spec['driver_opts'])),
    Internal: flag('internal'),
    Attachable: flag('attachable'),
    EnableIPv4: flag('enable_ipv4'),
    EnableIPv6: flag('enable_ipv6'),
    Labels: { ...strings(asTree(spec['labels'])), ...resourceLabels(project, 'network', key) },
    IPAM:
      spec['ipam'] === undefined
        ? undefined
        : compact({
            Driver: text(driver),
            Options: options === undefined ? undefined : strings(asTree(options)),
            Config: asList(config).map((item) => {
              const { subnet, gateway, ip_range, aux_addresses } = asTree(item);
              return compact({
                Subnet: text(subnet),
                Gateway: text(gateway),
                IPRange: text(ip_range),
                AuxiliaryAddresses: aux_addresses === undefined ? undefined : strings(asTree(aux_addresses)),
              });
            }),
          }),
  });
}

export function toVolume(project: Project, { key, name, spec }: Resource): VolumeCreateRequest {
  return compact({
    Name: name,
    Driver: text(spec['driver']),
    DriverOpts: spec['driver_opts'] === undefined ? undefined : strings(asTree(spec['driver_opts'])),
    Labels: { ...strings(asTree(spec['labels'])), ...resourceLabels(project, 'volume', key) },
  });
}

function strings(tree: Tree): Record<string, string> {
  return Object.fromEntries(Object.entries(tree).map(([name, value]) => [name, String(value ?? '')]));
}
