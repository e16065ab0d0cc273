import { join } from 'node:path';
import { Global, Module, type Provider } from '@nestjs/common';
import { DAEMON_CONFIG, type DaemonConfig } from '../base/config.js';
import { withSteps } from '../base/steps.js';
import { archive } from '../libcontainer/index.js';
import { runtimeProgram } from '../libcontainer/programs.js';
import { Database } from '../state/database.js';
import { EXEC_DRIVER } from './execdriver/driver.js';
import { NativeDriver } from './execdriver/native/driver.js';
import { OciDriver } from './execdriver/oci/driver.js';
import { HOOKED_RUNTIME, RuntimesDriver } from './execdriver/runtimes.js';
import { chooseGraphDriver } from './graphdriver/choose.js';
import { GRAPH_DRIVER } from './graphdriver/driver.js';
import { Overlay2Driver } from './graphdriver/overlay2/driver.js';
import { VfsDriver } from './graphdriver/vfs/driver.js';
import { LOG_DRIVERS } from './logdriver/driver.js';
import { FluentdDriver } from './logdriver/fluentd/driver.js';
import { GelfDriver } from './logdriver/gelf/driver.js';
import { JournaldDriver } from './logdriver/journald/driver.js';
import { JsonFileDriver } from './logdriver/json-file/driver.js';
import { LocalLogDriver } from './logdriver/local/driver.js';
import { NoneDriver as NoLogDriver } from './logdriver/none/driver.js';
import { SyslogDriver } from './logdriver/syslog/driver.js';
import { BridgeDriver } from './networkdriver/bridge/driver.js';
import { DNS_DRIVER, NETWORK_DRIVERS, SANDBOX_DRIVER } from './networkdriver/driver.js';
import { HostDriver } from './networkdriver/host/driver.js';
import { IpvlanDriver } from './networkdriver/ipvlan/driver.js';
import { MacvlanDriver } from './networkdriver/macvlan/driver.js';
import { NetnsDriver } from './networkdriver/netns/driver.js';
import { NoneDriver } from './networkdriver/none/driver.js';
import { ResolverDriver } from './networkdriver/resolver/driver.js';
import { VOLUME_DRIVERS } from './volumedriver/driver.js';
import { InstalledDrivers } from './volumedriver/drivers.js';
import { LocalDriver } from './volumedriver/local/driver.js';
import { VolumePlugins } from './volumedriver/plugin/plugins.js';

/** Another protocol of the resolver takes another name: a new daemon then starts a resolver of its own. */
const resolverSocket = (execRoot: string) => join(execRoot, 'resolver-1.sock');

/** Makes a driver of the daemon's configuration. */
const configured = <Driver>(provide: symbol, make: (config: DaemonConfig, database: Database) => Driver): Provider => ({
  provide,
  inject: [DAEMON_CONFIG, Database],
  useFactory: make,
});

const HOOKED = { [HOOKED_RUNTIME]: { path: runtimeProgram, args: [] } };

const providers: Provider[] = [
  configured(EXEC_DRIVER, ({ execRoot, runtimes, remappedUser }) => {
    const oci = new OciDriver(execRoot, { ...runtimes, ...HOOKED }, remappedUser !== undefined);
    return withSteps(new RuntimesDriver(new NativeDriver(execRoot), oci), 'ExecDriver');
  }),
  configured(GRAPH_DRIVER, (config, database) => {
    const { remappedUser } = config;
    if (remappedUser) archive.mapOwners(remappedUser.uids, remappedUser.gids);
    return withSteps(chooseGraphDriver(config, database, { overlay2: Overlay2Driver, vfs: VfsDriver }), 'GraphDriver');
  }),
  configured(NETWORK_DRIVERS, ({ nftablesTable, packetFilter }) => [
    withSteps(new BridgeDriver(nftablesTable, packetFilter), 'NetworkDriver'),
    new HostDriver(),
    new NoneDriver(),
    new MacvlanDriver(),
    new IpvlanDriver(),
  ]),
  configured(SANDBOX_DRIVER, ({ execRoot }) => withSteps(new NetnsDriver(resolverSocket(execRoot)), 'SandboxDriver')),
  configured(DNS_DRIVER, ({ execRoot }) => new ResolverDriver(resolverSocket(execRoot))),
  configured(LOG_DRIVERS, () => [
    new JsonFileDriver(),
    new LocalLogDriver(),
    new NoLogDriver(),
    new SyslogDriver(),
    new JournaldDriver(),
    new GelfDriver(),
    new FluentdDriver(),
  ]),
  configured(VOLUME_DRIVERS, ({ dataRoot, remappedUser }) => {
    const local = withSteps(new LocalDriver(dataRoot, remappedUser), 'VolumeDriver');
    return new InstalledDrivers([local], new VolumePlugins());
  }),
];

/** Picks the implementation of every replaceable back end: the one file that knows them. */
@Global()
@Module({ providers, exports: [EXEC_DRIVER, GRAPH_DRIVER, DNS_DRIVER, NETWORK_DRIVERS, SANDBOX_DRIVER, LOG_DRIVERS, VOLUME_DRIVERS] })
export class DriversModule {}
