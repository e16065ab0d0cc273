import { Module, type DynamicModule } from '@nestjs/common';
import { DAEMON_CONFIG, type DaemonConfig } from '../base/config.js';

/** Hands the configuration to every room. */
@Module({})
export class ConfigModule {
  static of(config: DaemonConfig): DynamicModule {
    return { module: ConfigModule, global: true, providers: [{ provide: DAEMON_CONFIG, useValue: config }], exports: [DAEMON_CONFIG] };
  }
}
