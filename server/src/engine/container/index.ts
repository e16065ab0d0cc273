import type { Type } from '@nestjs/common';
import { ContainerArchiveInfo } from './archive-info.js';
import { ContainerArchive } from './archive.js';
import { ContainerAttach } from './attach.js';
import { ContainerChanges } from './changes.js';
import { ContainerLogs } from './container-logs.js';
import { CopyUp } from './mounts/copy-up.js';
import { ContainerCreate } from './create.js';
import { ContainerDelete } from './delete.js';
import { Ending } from './process/ending.js';
import { ContainerExport } from './export.js';
import { HealthChecks } from './process/health-checks.js';
import { ContainerInspect } from './inspect.js';
import { KeptLogs } from './logs/kept-logs.js';
import { ContainerKill } from './kill.js';
import { Launch } from './process/launch.js';
import { Links } from './create/links.js';
import { ContainerList } from './list.js';
import { LogForwarding } from './logs/log-forwarding.js';
import { Logs } from './logs/logs.js';
import { Monitor } from './process/monitor.js';
import { MountPoints } from './mounts/mount-points.js';
import { MountSources } from './mounts/mount-sources.js';
import { ContainerPause } from './pause.js';
import { ContainerPrune } from './prune.js';
import { PutContainerArchive } from './put-archive.js';
import { Removal } from './process/removal.js';
import { ContainerReconfigure } from './reconfigure.js';
import { ContainerRename } from './rename.js';
import { ContainerResize } from './resize.js';
import { ContainerRestart } from './restart.js';
import { ContainersRestore } from './process/restore.js';
import { RootfsAccess } from './rootfs/rootfs-access.js';
import { SharedMemory } from './mounts/shared-memory.js';
import { ContainerShells } from './shells.js';
import { ContainerStart } from './start.js';
import { ContainerStats } from './stats.js';
import { ContainerStop } from './stop.js';
import { ContainerStopReason } from './stop-reason.js';
import { ContainerTop } from './top.js';
import { ContainerUnpause } from './unpause.js';
import { ContainerUpdate } from './update.js';
import { ContainersUsage } from './usage.js';
import { ContainerWait } from './wait.js';

export {
  ContainerArchive,
  ContainerArchiveInfo,
  ContainerAttach,
  ContainerChanges,
  ContainerCreate,
  ContainerDelete,
  ContainerExport,
  ContainerInspect,
  ContainerKill,
  ContainerList,
  ContainerLogs,
  ContainerPause,
  ContainerPrune,
  ContainerReconfigure,
  ContainerRename,
  ContainerResize,
  ContainerRestart,
  ContainerShells,
  ContainerStart,
  ContainerStats,
  ContainerStop,
  ContainerStopReason,
  ContainerTop,
  ContainerUnpause,
  ContainerUpdate,
  ContainerWait,
  ContainersRestore,
  PutContainerArchive,
};

/** The jobs on containers, one file each. */
const jobs = [
  ContainerArchive,
  ContainerArchiveInfo,
  ContainerAttach,
  ContainerChanges,
  ContainerCreate,
  ContainerDelete,
  ContainerExport,
  ContainerInspect,
  ContainerKill,
  ContainerList,
  ContainerLogs,
  ContainerPause,
  ContainerPrune,
  ContainerReconfigure,
  ContainerRename,
  ContainerResize,
  ContainerRestart,
  ContainerShells,
  ContainerStart,
  ContainerStats,
  ContainerStop,
  ContainerStopReason,
  ContainerTop,
  ContainerUnpause,
  ContainerUpdate,
  ContainerWait,
  ContainersRestore,
  PutContainerArchive,
];

/** What several of them need. */
const parts = [
  ContainersUsage,
  CopyUp,
  Ending,
  HealthChecks,
  KeptLogs,
  Launch,
  Links,
  LogForwarding,
  Logs,
  Monitor,
  MountPoints,
  MountSources,
  Removal,
  RootfsAccess,
  SharedMemory,
];

export const containerJobs: Type[] = [...jobs, ...parts];
