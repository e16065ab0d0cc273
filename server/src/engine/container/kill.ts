import { Injectable } from '@nestjs/common';
import { conflict } from '../../base/errors.js';
import { Containers } from '../../container/store.js';
import type { Job } from '../job.js';
import { Ending } from './process/ending.js';
import { parseSignal } from '../../base/signals.js';

const SIGKILL = 9;

/** Sends a signal to a running container; SIGKILL is waited for. */
@Injectable()
export class ContainerKill implements Job<{ id: string; signal?: string }, void> {
  constructor(
    private readonly containers: Containers,
    private readonly ending: Ending,
  ) {}

  async run({ id, signal }: { id: string; signal?: string }): Promise<void> {
    const number = parseSignal(signal || 'SIGKILL');
    const container = this.containers.get(id);
    if (!container.state.running) throw conflict(`cannot kill container: ${id}: container ${container.id} is not running`);
    if (number === SIGKILL) return this.ending.kill(container);
    const stopSignal = parseSignal(container.record.config.StopSignal || 'SIGTERM');
    const request = { by: 'signal', signal: number, at: Date.now() } as const;
    if (number === stopSignal) this.ending.markStopped(container, request);
    else this.containers.setState(container, { ...container.state, endRequest: request });
    await this.ending.send(container, number);
  }
}
