import { Injectable } from '@nestjs/common';
import { conflict } from '../../base/errors.js';
import { timerMs } from '../../base/timers.js';
import { ImageSupply } from '../image-supply.js';
import type { Report } from '../report.js';
import { Waiting } from '../waiting.js';
import { ContainerEdit } from './edit.js';

/** Updates a container to what its image's name means now, and returns to the old one when the new one does not do well. */
@Injectable()
export class GuardedUpdate {
  constructor(
    private readonly edit: ContainerEdit,
    private readonly supply: ImageSupply,
    private readonly waiting: Waiting,
  ) {}

  /**
   * @param seconds how long the new one is watched: it must become healthy, or keep running where it has no check
   * @returns the ID of the container that runs in the end
   */
  async run(id: string, seconds: number, { user, report, signal }: { user: string; report: Report; signal: AbortSignal }): Promise<string> {
    const { container, name, body } = await this.edit.current(id);
    const subject = `container ${name}`;
    const image = await this.supply.get(body.Image ?? '', 'always', { subject, report, signal });
    if (image === container.Image) {
      report({ subject, status: 'Its image is the newest', done: true });
      return container.Id;
    }
    const prove = async (newId: string) => {
      report({ subject, status: `Watching it for ${seconds} seconds` });
      await this.prove(newId, seconds, signal);
    };
    return this.edit.run(container.Id, { name, body }, { user, reason: 'update', report, signal, prove, anew: true });
  }

  private async prove(id: string, seconds: number, signal: AbortSignal): Promise<void> {
    const over = AbortSignal.timeout(timerMs(seconds * 1000));
    const either = AbortSignal.any([signal, over]);
    let checked = false;
    try {
      await this.waiting.until(
        id,
        ({ Name, State: { Running, ExitCode, Health, Restarting } }) => {
          if (!Running || Restarting) throw conflict(`${Name.slice(1)} does not keep running: it ended with exit code ${ExitCode}`);
          if (Health?.Status === 'unhealthy')
            throw conflict(`${Name.slice(1)} is unhealthy: ${Health.Log?.at(-1)?.Output?.trim() || 'its check fails'}`);
          checked = Health !== undefined && Health !== null && Health.Status !== 'none';
          return checked && Health?.Status === 'healthy';
        },
        either,
      );
    } catch (error) {
      if (!over.aborted || signal.aborted) throw error;
      if (checked) throw conflict(`it has not become healthy within ${seconds} seconds`);
    }
  }
}
