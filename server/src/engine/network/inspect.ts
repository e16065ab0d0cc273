import { Injectable } from '@nestjs/common';
import type { NetworkInspect as Inspect } from '../../api/generated/types.gen.js';
import { notFound } from '../../base/errors.js';
import { Networks } from '../../network/networks.js';
import { Sandboxes } from '../../network/sandboxes.js';
import type { Job, JobContext } from '../job.js';
import { toInspect, toStatus } from './to-inspect.js';

interface NetworkInspectParams {
  readonly id: string;
  readonly verbose?: boolean;
  readonly scope?: string;
}

/** Shows a network and the running containers in it. */
@Injectable()
export class NetworkInspect implements Job<NetworkInspectParams, Inspect> {
  constructor(
    private readonly networks: Networks,
    private readonly sandboxes: Sandboxes,
  ) {}

  async run({ id, scope }: NetworkInspectParams, { version }: JobContext): Promise<Inspect> {
    const record = this.networks.get(id);
    if (scope && scope !== record.inspect.Scope) throw notFound(`network ${id} not found in scope ${scope}`);
    const inspect = toInspect(record, this.sandboxes);
    return Number(version.split('.')[1]) < 52 ? inspect : { ...inspect, Status: toStatus(this.networks.poolsOf(record)) };
  }
}
