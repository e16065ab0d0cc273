import { readdir, readFile } from 'node:fs/promises';
import { cpus, hostname, release, totalmem } from 'node:os';
import { basename } from 'node:path';
import { Inject, Injectable } from '@nestjs/common';
import type { SystemInfo as InfoBody } from '../../api/generated/types.gen.js';
import { IN_USER_NAMESPACE } from '../../base/user-namespace.js';
import { DAEMON_CONFIG, type DaemonConfig } from '../../base/config.js';
import { hostPlatform } from '../../base/platform.js';
import { PRODUCT } from '../../base/product.js';
import { withoutLogin } from '../../base/proxy-url.js';
import { NATIVE_RUNTIME } from '../../base/runtime-name.js';
import { hasAppArmor } from '../../container/apparmor.js';
import { Containers } from '../../container/store.js';
import { GRAPH_DRIVER, type GraphDriver } from '../../drivers/graphdriver/driver.js';
import { NETWORK_DRIVERS, type NetworkDriver } from '../../drivers/networkdriver/driver.js';
import { Events } from '../../events/events.js';
import { Images } from '../../graph/images.js';
import { Volumes } from '../../volume/volumes.js';
import { Database } from '../../state/database.js';
import type { Job } from '../job.js';
import { cgroupFacts } from './cgroup-facts.js';
import { networkFacts, warningsOf } from './info-warnings.js';
import { daemonId } from './daemon-id.js';

const MACHINES: Readonly<Record<string, string>> = { amd64: 'x86_64', arm64: 'aarch64', arm: 'armv7l', '386': 'i686' };

/** Everything `docker info` shows. */
@Injectable()
export class SystemInfo implements Job<void, InfoBody> {
  constructor(
    @Inject(DAEMON_CONFIG) private readonly config: DaemonConfig,
    @Inject(GRAPH_DRIVER) private readonly graphdriver: GraphDriver,
    @Inject(NETWORK_DRIVERS) private readonly networkdrivers: readonly NetworkDriver[],
    private readonly containers: Containers,
    private readonly images: Images,
    private readonly volumes: Volumes,
    private readonly events: Events,
    private readonly database: Database,
  ) {}

  async run(): Promise<InfoBody> {
    const [volumeDrivers, status, cgroup, system, descriptors, network] = await Promise.all([
      this.volumes.driverNames(),
      this.graphdriver.status(),
      cgroupFacts(),
      operatingSystem(),
      openDescriptors(),
      networkFacts(),
    ]);
    return {
      ID: daemonId(this.database),
      ...this.counts(),
      Images: this.images.count,
      Driver: this.graphdriver.name,
      DriverStatus: status,
      DockerRootDir: this.config.dataRoot,
      Plugins: {
        Volume: volumeDrivers,
        Network: this.networkdrivers.map(({ name }) => name).toSorted(),
        Authorization: null,
        Log: ['fluentd', 'gelf', 'journald', 'json-file', 'local', 'none', 'syslog'],
      },
      ...cgroup,
      ...network,
      Debug: this.config.debug,
      NFd: descriptors,
      NGoroutines: process.getActiveResourcesInfo().length,
      NEventsListener: this.events.clientCount,
      SystemTime: new Date().toISOString(),
      LoggingDriver: this.config.logDriver,
      KernelVersion: release(),
      OperatingSystem: system.name,
      OSVersion: system.version,
      OSType: 'linux',
      Architecture: MACHINES[hostPlatform.architecture] ?? hostPlatform.architecture,
      NCPU: cpus().length,
      MemTotal: totalmem(),
      IndexServerAddress: 'https://index.docker.io/v1/',
      RegistryConfig: this.registries(),
      GenericResources: this.config.genericResources.length > 0 ? [...this.config.genericResources] : null,
      HttpProxy: withoutLogin(variable('HTTP_PROXY')),
      HttpsProxy: withoutLogin(variable('HTTPS_PROXY')),
      NoProxy: withoutLogin(variable('NO_PROXY')),
      Name: hostname(),
      Labels: [...this.config.labels],
      ExperimentalBuild: this.config.experimental,
      ServerVersion: PRODUCT.version,
      Runtimes: this.runtimes(),
      DefaultRuntime: this.config.defaultRuntime,
      Swarm: { NodeID: '', NodeAddr: '', LocalNodeState: 'inactive', ControlAvailable: false, Error: '', RemoteManagers: null },
      LiveRestoreEnabled: this.config.liveRestore,
      Isolation: '',
      InitBinary: basename(this.config.initPath),
      // There are no such programs beside the daemon.
      ContainerdCommit: { ID: '', Expected: '' },
      RuncCommit: { ID: '', Expected: '' },
      InitCommit: { ID: '', Expected: '' },
      SecurityOptions: [
        ...(hasAppArmor() ? ['name=apparmor'] : []),
        `name=seccomp,profile=${this.config.seccomp.name}`,
        ...(IN_USER_NAMESPACE ? ['name=rootless'] : []),
        ...(this.config.remappedUser ? ['name=userns'] : []),
        ...(cgroup.CgroupVersion === '2' ? ['name=cgroupns'] : []),
        ...(this.config.containers.noNewPrivileges ? ['name=no-new-privileges'] : []),
      ],
      FirewallBackend: { Driver: 'nftables' },
      Warnings: warningsOf({ ...cgroup, ...network }),
      CDISpecDirs: [...this.config.cdiSpecDirs],
    };
  }

  private counts(): Pick<InfoBody, 'Containers' | 'ContainersRunning' | 'ContainersPaused' | 'ContainersStopped'> {
    let running = 0;
    let paused = 0;
    for (const { state } of this.containers.all()) {
      if (state.paused) paused += 1;
      else if (state.running) running += 1;
    }
    const all = this.containers.size;
    return { Containers: all, ContainersRunning: running, ContainersPaused: paused, ContainersStopped: all - running - paused };
  }

  private runtimes(): InfoBody['Runtimes'] {
    const added = Object.entries(this.config.runtimes).map(([name, { path, args }]) => {
      return [name, { path, ...(args.length > 0 && { runtimeArgs: [...args] }) }];
    });
    return { [NATIVE_RUNTIME]: { path: 'slipway-shim' }, ...Object.fromEntries(added) };
  }

  private registries(): InfoBody['RegistryConfig'] {
    const insecure = this.config.insecureRegistries;
    const mirrors = [...this.config.registryMirrors];
    return {
      AllowNondistributableArtifactsCIDRs: [],
      AllowNondistributableArtifactsHostnames: [],
      InsecureRegistryCIDRs: ['::1/128', '127.0.0.0/8', ...insecure.filter((each) => each.includes('/'))],
      IndexConfigs: {
        'docker.io': { Name: 'docker.io', Mirrors: mirrors, Secure: true, Official: true },
        ...Object.fromEntries(
          insecure.filter((each) => !each.includes('/')).map((name) => [name, { Name: name, Mirrors: [], Secure: false, Official: false }]),
        ),
      },
      Mirrors: mirrors,
    };
  }
}

/** A proxy of the environment, in either spelling. */
function variable(name: string): string {
  return process.env[name] ?? process.env[name.toLowerCase()] ?? '';
}

/** Name and version of the distribution, from os-release(5). */
async function operatingSystem(): Promise<{ name: string; version: string }> {
  const text = await readFile('/etc/os-release', 'utf8').catch(() => '');
  const value = (key: string) => new RegExp(`^${key}="?([^"\n]*)"?$`, 'm').exec(text)?.[1];
  return { name: value('PRETTY_NAME') ?? 'Linux', version: value('VERSION_ID') ?? '' };
}

async function openDescriptors(): Promise<number> {
  return (await readdir('/proc/self/fd')).length;
}
