import type { UserMapping } from '../../base/config.js';
import { IN_USER_NAMESPACE } from '../../base/user-namespace.js';
import type { OciSpec } from '../../drivers/execdriver/driver.js';
import type { ContainerRecord } from '../container.js';
import { resolveCapabilities } from './capabilities.js';
import { devicesSection } from './devices.js';
import type { HostFacts } from './host.js';
import { initMount, runsInit, type InitChoice } from './init.js';
import { mountsSection, type ContainerFiles } from './mounts.js';
import { namespacesSection, type PidOf } from './namespaces.js';
import { processSection } from './process.js';
import { resourcesSection } from './resources.js';
import { seccompSection, seccompSetting } from './seccomp.js';
import { maskedPaths, parseSecurityOptions, readonlyPaths } from './security-options.js';
import { sysctlSection } from './sysctls.js';
import { userNamespace } from './user-namespace.js';
import type { ResolvedUser } from './user.js';

export interface SpecInput {
  readonly record: ContainerRecord;
  readonly user: ResolvedUser;
  readonly files: ContainerFiles;
  readonly host: HostFacts;
  /** Such as /slipway/ID, below the root of the cgroup hierarchy; '' for none, and then for no limits. */
  readonly cgroupsPath: string;
  readonly sharedMemory: string | undefined;
  readonly pidOf: PidOf;
  readonly init: InitChoice;
  /** Whose IDs containers have instead of the host's. */
  readonly remappedUser: UserMapping | undefined;
  /** The profile of containers that name none, as `seccomp=` takes it; our own when missing. */
  readonly seccomp?: string;
}

/**
 * The OCI runtime spec 1.2 of a container, with Docker's defaults.
 * @throws InvalidParameter naming what of the HostConfig cannot be done
 */
export async function buildSpec(input: SpecInput): Promise<OciSpec> {
  const { record, user, files, host, cgroupsPath, sharedMemory, pidOf, init, remappedUser, seccomp: profile = 'builtin' } = input;
  const { config, hostConfig } = record;
  const privileged = hostConfig.Privileged ?? false;
  const security = parseSecurityOptions(hostConfig.SecurityOpt);
  const capabilities = resolveCapabilities({ add: hostConfig.CapAdd, drop: hostConfig.CapDrop, privileged }, host.capabilities);
  const seccomp = seccompSection(seccompSetting(security.seccomp, privileged, profile), privileged, capabilities, host);
  const [devices, resources] = await Promise.all([devicesSection(hostConfig), resourcesSection(hostConfig)]);
  const hostname = config.Hostname ?? '';
  const users = userNamespace(hostConfig, remappedUser, pidOf);
  const namespaces = [...(users ? [users.namespace] : []), ...namespacesSection(hostConfig, host, pidOf)];
  const withInit = runsInit(hostConfig, init);
  const mounts = mountsSection({
    hostConfig,
    mounts: record.mounts,
    files,
    sharedMemory,
    writableCgroups: security.writableCgroups || users !== undefined,
  });
  const ownUts = namespaces.some(({ type, path }) => type === 'uts' && path === undefined);
  return {
    ociVersion: '1.2.0',
    process: processSection({ config, hostConfig, user, capabilities, security, hostname, withInit, appArmor: host.appArmor }),
    root: { path: 'rootfs', readonly: hostConfig.ReadonlyRootfs ?? false },
    ...(ownUts && { hostname, ...(config.Domainname && { domainname: config.Domainname }) }),
    mounts: withInit ? [...mounts, initMount(init)] : mounts,
    annotations: hostConfig.Annotations ?? {},
    linux: {
      cgroupsPath,
      namespaces,
      ...users?.mappings,
      devices: devices.nodes,
      resources: cgroupsPath === '' ? {} : { ...resources, devices: devices.rules },
      sysctl: sysctlSection(hostConfig, users !== undefined || IN_USER_NAMESPACE),
      maskedPaths: maskedPaths(hostConfig, host),
      readonlyPaths: readonlyPaths(hostConfig),
      ...(seccomp && { seccomp }),
      rootfsPropagation: rootfsPropagation(record),
    },
  };
}

/** The root must let mounts through when any mount point asks for it; what is below it is not shared for that. */
function rootfsPropagation({ mounts }: ContainerRecord): string {
  const asked = mounts.map((mount) => mount.propagation);
  if (asked.some((mode) => mode === 'shared' || mode === 'rshared')) return 'shared';
  return asked.some((mode) => mode === 'slave' || mode === 'rslave') ? 'rslave' : 'rprivate';
}
