import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NestFactory } from '@nestjs/core';
import { Module } from '@nestjs/common';
import type { DaemonConfig } from '../../base/config.js';
import { DriversModule } from '../../drivers/drivers.module.js';
import { Events } from '../../events/events.js';
import { EventsModule } from '../../events/events.module.js';
import { Connections } from '../../network/connections.js';
import { NetworkModule } from '../../network/network.module.js';
import { Networks } from '../../network/networks.js';
import { PortPublisher } from '../../network/sandbox/publisher.js';
import { Sandboxes } from '../../network/sandboxes.js';
import { Database } from '../../state/database.js';
import { StateModule } from '../../state/state.module.js';
import { configure } from '../settings/configuration.js';
import { ConfigModule } from '../config.module.js';

@Module({})
class Rooms {}

/** Configuration of a daemon of a test, with roots and names of its own. */
export function testConfig(bridge: string, bip: string): DaemonConfig {
  const root = mkdtempSync(join(tmpdir(), 'slipway-'));
  mkdirSync(join(root, 'run'));
  return configure({ 'data-root': root, 'exec-root': join(root, 'run'), pidfile: join(root, 'pid'), bridge, bip, dashboard: 'off' });
}

/** The network rooms of one daemon with their drivers, without the rest of it. */
export async function networkRooms(config: DaemonConfig) {
  const imports = [ConfigModule.of(config), StateModule, EventsModule, DriversModule, NetworkModule];
  const context = await NestFactory.createApplicationContext({ module: Rooms, imports }, { logger: false, abortOnError: false });
  const get = <T>(room: abstract new (...rooms: never[]) => T): T => context.get(room as never, { strict: false });
  const sandboxes = get(Sandboxes);
  /** What the kernel does to a killed daemon: its sockets and database are closed; its rows, links and rules stay. */
  const die = async () => {
    for (const sandbox of sandboxes.list()) get(PortPublisher).release(sandbox);
    await sandboxes.close();
    get(Database).close();
  };
  return { events: get(Events), networks: get(Networks), sandboxes, connections: get(Connections), die };
}
