import { Injectable } from '@nestjs/common';
import type { SystemInfo as InfoBody } from '../../api/generated/types.gen.js';
import { Events } from '../../events/events.js';
import { Volumes } from '../../volume/volumes.js';
import { Engine } from '../engine.js';
import { SystemInfo } from '../system/info.js';
import { Counters } from './counters.js';
import { Exposition } from './exposition.js';

/** The daemon in numbers, for Prometheus: under the names of Docker's metrics where they exist, and ours. */
@Injectable()
export class Metrics {
  constructor(
    private readonly engine: Engine,
    private readonly counters: Counters,
    private readonly events: Events,
    private readonly volumes: Volumes,
  ) {}

  /** Everything, in Prometheus' text format. */
  async text(): Promise<string> {
    const info = await this.engine.run(SystemInfo, undefined);
    const exposition = new Exposition();
    this.ofEngine(exposition, info);
    this.ofWork(exposition);
    ofProcess(exposition, info);
    return exposition.toString();
  }

  private ofEngine(exposition: Exposition, info: InfoBody): void {
    const { ContainersPaused = 0, ContainersRunning = 0, ContainersStopped = 0, NCPU = 0, MemTotal = 0, Images = 0 } = info;
    const states = Object.entries({ paused: ContainersPaused, running: ContainersRunning, stopped: ContainersStopped });
    exposition
      .gauge('engine_daemon_engine_info', 'The daemon and the system it runs on', [factsOf(info), 1])
      .gauge('engine_daemon_engine_cpus_cpus', 'The number of CPUs of the host', [{}, NCPU])
      .gauge('engine_daemon_engine_memory_bytes', 'The bytes of memory of the host', [{}, MemTotal])
      .gauge(
        'engine_daemon_container_states_containers',
        'The count of containers in various states',
        ...states.map(([state, count]): [Record<string, string>, number] => [{ state }, count]),
      )
      .gauge('slipway_images', 'The number of images', [{}, Images])
      .gauge('slipway_volumes', 'The number of volumes', [{}, this.volumes.all().length]);
  }

  private ofWork(exposition: Exposition): void {
    const { actions, jobs, healthChecks, failedHealthChecks } = this.counters;
    const outcomes = [...jobs].flatMap(([job, counts]) =>
      Object.entries(counts).map(([outcome, count]): [Record<string, string>, number] => [{ job, outcome }, count]),
    );
    exposition
      .histogram('engine_daemon_container_actions_seconds', 'The seconds each container action takes', 'action', actions)
      .counter('engine_daemon_events_total', 'The number of events told', [{}, this.events.publishedCount])
      .gauge('engine_daemon_events_subscribers_total', 'The number of those who listen to events', [{}, this.events.clientCount])
      .counter('engine_daemon_health_checks_total', 'The total number of health checks', [{}, healthChecks])
      .counter('engine_daemon_health_checks_failed_total', 'The total number of failed health checks', [{}, failedHealthChecks])
      .counter('slipway_jobs_total', 'The operations of the API, by how they ended', ...outcomes);
  }
}

function factsOf(info: InfoBody): Record<string, string> {
  return {
    architecture: info.Architecture ?? '',
    commit: '',
    daemon_id: info.ID ?? '',
    graphdriver: info.Driver ?? '',
    kernel: info.KernelVersion ?? '',
    os: info.OperatingSystem ?? '',
    os_type: info.OSType ?? '',
    os_version: info.OSVersion ?? '',
    version: info.ServerVersion ?? '',
  };
}

function ofProcess(exposition: Exposition, { NFd = 0 }: InfoBody): void {
  const { user, system } = process.cpuUsage();
  exposition
    .counter('process_cpu_seconds_total', 'Seconds of CPU time the daemon has used', [{}, (user + system) / 1e6])
    .gauge('process_resident_memory_bytes', "Bytes of the daemon's resident memory", [{}, process.memoryUsage.rss()])
    .gauge('process_open_fds', 'Number of open file descriptors of the daemon', [{}, NFd])
    .gauge('process_start_time_seconds', 'When the daemon was started, in seconds since 1970', [
      {},
      Math.round(Date.now() / 1000 - process.uptime()),
    ]);
}
