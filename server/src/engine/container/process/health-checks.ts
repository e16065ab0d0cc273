import { Injectable } from '@nestjs/common';
import { newId } from '../../../base/ids.js';
import { messageOf } from '../../../base/errors.js';
import { eventAttributes } from '../../../container/attributes.js';
import type { Container } from '../../../container/container.js';
import { Exec } from '../../../container/exec.js';
import { FrameReader } from '../../../base/frames.js';
import { timerMs } from '../../../base/timers.js';
import { HealthMonitor, probeCommand, type ProbeResult } from '../../../container/health.js';
import { Containers } from '../../../container/store.js';
import { Events } from '../../../events/events.js';
import { Counters } from '../../metrics/counters.js';
import { commandLine, Processes } from '../../exec/processes.js';

const SIGKILL = 9;
const LARGEST_OUTPUT = 8192;

/** Health checks: probes run as execs in their container. */
@Injectable()
export class HealthChecks {
  constructor(
    private readonly containers: Containers,
    private readonly processes: Processes,
    private readonly events: Events,
    private readonly counters: Counters,
  ) {}

  /** Begins to probe a container that has just been started or adopted, if it has a health check. */
  begin(container: Container): void {
    const { Healthcheck, Shell } = container.record.config;
    const command = probeCommand(Healthcheck, Shell);
    if (!command || !Healthcheck) return;
    const before = container.state.health;
    const monitor = new HealthMonitor(
      command,
      Healthcheck,
      async (probe, timeout) => {
        const result = await this.probe(container, probe, timeout);
        this.counters.healthCheck(result.exitCode === 0);
        return result;
      },
      (health, changed) => {
        this.containers.setState(container, { ...container.state, health });
        if (changed) this.events.publish('container', `health_status: ${health.Status}`, container.id, eventAttributes(container));
      },
      before,
    );
    container.health = monitor;
    this.containers.setState(container, { ...container.state, health: monitor.health });
  }

  private async probe(container: Container, command: readonly string[], timeout: number): Promise<ProbeResult> {
    const exec = new Exec(newId(), container.id, { Cmd: [...command], AttachStdout: true, AttachStderr: true });
    try {
      this.processes.tell(container, `exec_create: ${commandLine(exec)}`, exec);
      const process = await this.processes.start(container, exec);
      let output = '';
      let late = false;
      const timer = setTimeout(() => {
        late = true;
        void process.signal(SIGKILL);
      }, timerMs(timeout));
      const frames = new FrameReader();
      process.stream.on('data', (chunk: Buffer) => {
        for (const { text } of frames.push(chunk)) output = (output + text.toString('utf8')).slice(0, LARGEST_OUTPUT);
      });
      const { exitCode } = await process.exit;
      clearTimeout(timer);
      return late ? { exitCode: -1, output: `Health check exceeded timeout (${timeout / 1000}s): ${output}` } : { exitCode, output };
    } catch (error) {
      return { exitCode: -1, output: messageOf(error) };
    }
  }
}
