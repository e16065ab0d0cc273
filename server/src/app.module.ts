import { Module, type DynamicModule } from '@nestjs/common';
import { AlertsModule } from './alerts/alerts.module.js';
import { ApiModule } from './api/api.module.js';
import { AuthModule } from './auth/auth.module.js';
import type { DaemonConfig } from './base/config.js';
import { ConfigModule } from './daemon/config.module.js';
import { ContainerModule } from './container/container.module.js';
import { DeployModule } from './deploy/deploy.module.js';
import { DriversModule } from './drivers/drivers.module.js';
import { EngineModule } from './engine/engine.module.js';
import { EventsModule } from './events/events.module.js';
import { GraphModule } from './graph/graph.module.js';
import { NetworkModule } from './network/network.module.js';
import { RegistryModule } from './registry/registry.module.js';
import { SchedulesModule } from './schedules/schedules.module.js';
import { StateModule } from './state/state.module.js';
import { VolumeModule } from './volume/volume.module.js';

/** The daemon, room by room. */
@Module({})
export class AppModule {
  /** The rooms of a daemon with this configuration. */
  static of(config: DaemonConfig): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ConfigModule.of(config),
        StateModule,
        EventsModule,
        DriversModule,
        GraphModule,
        RegistryModule,
        NetworkModule,
        VolumeModule,
        ContainerModule,
        AuthModule,
        AlertsModule,
        EngineModule,
        DeployModule,
        SchedulesModule,
        ApiModule,
      ],
    };
  }
}
