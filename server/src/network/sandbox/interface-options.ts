import type { EndpointSettings } from '../../api/generated/types.gen.js';
import { invalidParameter } from '../../base/errors.js';

const NAME_OPTION = 'com.docker.network.endpoint.ifname';
const SYSCTLS_OPTION = 'com.docker.network.endpoint.sysctls';
const PREFIX_OPTION = 'com.docker.network.container_iface_prefix';

/** Settings of one interface in a container, by their name below /proc/sys/net. */
export interface InterfaceSysctl {
  readonly name: string;
  readonly value: string;
}

/**
 * The name of a container's next interface: what its settings ask for, else the first free one of the network's prefix.
 * @param taken names of the container's other interfaces @throws InvalidParameter
 */
export function interfaceNameOf(
  settings: EndpointSettings,
  networkOptions: Readonly<Record<string, string>> | null | undefined,
  taken: ReadonlySet<string>,
): string {
  const wanted = settings.DriverOpts?.[NAME_OPTION];
  if (wanted) {
    if (!/^[^\s/:%]{1,15}$/.test(wanted) || ['lo', '.', '..'].includes(wanted))
      throw invalidParameter(`invalid interface name ${wanted}: use 1 to 15 characters without spaces, '/', ':' and '%'`);
    if (taken.has(wanted)) throw invalidParameter(`interface name ${wanted} is given twice`);
    return wanted;
  }
  const prefix = networkOptions?.[PREFIX_OPTION] || 'eth';
  for (let i = 0; ; i++) if (!taken.has(`${prefix}${i}`)) return `${prefix}${i}`;
}

/** The settings that are asked for an interface, IFNAME standing for its name. @throws InvalidParameter */
export function endpointSysctls(settings: EndpointSettings, interfaceName: string): InterfaceSysctl[] {
  const given = settings.DriverOpts?.[SYSCTLS_OPTION];
  if (!given) return [];
  return given.split(',').map((text) => {
    const match = /^net[.](\w+)[.](\w+)[.]IFNAME[.](\w+)=(.*)$/.exec(text.trim());
    if (!match) throw invalidParameter(`invalid sysctl ${text}: write net.ipv4.conf.IFNAME.NAME=VALUE`);
    const [, family, kind, key, value] = match as unknown as [string, string, string, string, string];
    return { name: `${family}/${kind}/${interfaceName}/${key}`, value };
  });
}
