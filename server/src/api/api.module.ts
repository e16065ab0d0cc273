import { Module } from '@nestjs/common';
import { Auditor } from './access/auditor.js';
import { DocumentAuthority } from './access/authority.js';
import { Presence } from './access/presence.js';
import { ContainerArchiveController } from './container/container-archive.controller.js';
import { ContainerController } from './container/container.controller.js';
import { ContainerStreamsController } from './container/container-streams.controller.js';
import { AlertApiModule } from './dashboard/alerts/alerts.module.js';
import { ContainerEditModule } from './dashboard/container/container.module.js';
import { StackModule } from './dashboard/stack/stack.module.js';
import { DashboardModule } from './dashboard/dashboard.module.js';
import { RegistryApiModule } from './dashboard/registry/registry.module.js';
import { ScheduleApiModule } from './dashboard/schedules/schedules.module.js';
import { FilesModule } from './dashboard/files/files.module.js';
import { DistributionController } from './distribution/distribution.controller.js';
import { ExecController } from './exec/exec.controller.js';
import { BuildController } from './image/build.controller.js';
import { ImageController } from './image/image.controller.js';
import { LiveModule } from './live/live.module.js';
import { NetworkController } from './network/network.controller.js';
import { PluginController } from './plugin/plugin.controller.js';
import { SwarmController } from './swarm/swarm.controller.js';
import { SystemController } from './system/system.controller.js';
import { VolumeController } from './volume/volume.controller.js';

const controllers = [
  BuildController,
  ContainerArchiveController,
  ContainerController,
  ContainerStreamsController,
  DistributionController,
  ExecController,
  ImageController,
  NetworkController,
  PluginController,
  SwarmController,
  SystemController,
  VolumeController,
];

/** HTTP and WebSocket in, HTTP and WebSocket out. */
@Module({
  imports: [
    AlertApiModule,
    DashboardModule,
    ContainerEditModule,
    FilesModule,
    RegistryApiModule,
    ScheduleApiModule,
    StackModule,
    LiveModule,
  ],
  controllers,
  providers: [Auditor, DocumentAuthority, Presence],
})
export class ApiModule {}
