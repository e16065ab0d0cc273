import { Global, Module } from '@nestjs/common';
import { DAEMON_CONFIG, type DaemonConfig } from '../base/config.js';
import { Database } from './database.js';

/** The daemon's one database. */
@Global()
@Module({
  providers: [{ provide: Database, inject: [DAEMON_CONFIG], useFactory: (config: DaemonConfig) => new Database(config.dataRoot) }],
  exports: [Database],
})
export class StateModule {}
