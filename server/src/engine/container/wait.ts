import { Injectable } from '@nestjs/common';
import type { ContainerWaitData, ContainerWaitResponse } from '../../api/generated/types.gen.js';
import type { Container, WaitResult } from '../../container/container.js';
import { Containers } from '../../container/store.js';
import type { Job, JobContext } from '../job.js';

type Condition = NonNullable<ContainerWaitData['query']>['condition'];

export interface ContainerWaitParams {
  readonly id: string;
  readonly condition?: Condition;
}

/** A wait that has begun: the container exists. */
export interface BegunWait {
  readonly ended: Promise<ContainerWaitResponse>;
}

/** Waits until a container is not running, exits next, or is removed. */
@Injectable()
export class ContainerWait implements Job<ContainerWaitParams, BegunWait> {
  constructor(private readonly containers: Containers) {}

  async run({ id, condition }: ContainerWaitParams, { signal }: JobContext): Promise<BegunWait> {
    const container = this.containers.get(id);
    return { ended: begin(container, condition ?? 'not-running', signal).then(toResponse) };
  }
}

function begin(container: Container, condition: NonNullable<Condition>, signal: AbortSignal): Promise<WaitResult> {
  if (condition === 'removed') return container.removal.next(signal);
  const { running, exitCode, error } = container.state;
  if (condition === 'not-running' && !running) return Promise.resolve({ exitCode, error });
  return container.exits.next(signal);
}

function toResponse({ exitCode, error }: WaitResult): ContainerWaitResponse {
  return { StatusCode: exitCode, ...(error && { Error: { Message: error } }) };
}
