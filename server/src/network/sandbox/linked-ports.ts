import { Injectable } from '@nestjs/common';
import { Turns } from '../../base/turns.js';
import type { PublishedPort } from '../../drivers/networkdriver/driver.js';
import { toSpec } from '../network-options.js';
import { Networks } from '../networks.js';
import { portsOf } from '../ports/bindings.js';
import { linkedSandboxes } from './links.js';
import type { Sandbox } from './sandbox.js';
import { SandboxTable } from './table.js';

/**
 * Lets containers reach the ports of those they are linked to where the default network keeps its containers apart (icc=false):
 * what they expose and what they publish, over IPv4, as Docker does.
 */
@Injectable()
export class LinkedPorts {
  private open = new Map<string, PublishedPort>();
  private readonly turns = new Turns();

  constructor(
    private readonly networks: Networks,
    private readonly table: SandboxTable,
  ) {}

  /** Opens and closes what the links of running containers ask for now. @throws System */
  update(): Promise<void> {
    return this.turns.take('', () => this.updateNow());
  }

  private async updateNow(): Promise<void> {
    const wanted = new Map(this.wanted().map((port) => [JSON.stringify(port), port]));
    const added = [...wanted].filter(([key]) => !this.open.has(key)).map(([, port]) => port);
    const gone = [...this.open].filter(([key]) => !wanted.has(key)).map(([, port]) => port);
    if (added.length + gone.length === 0) return;
    const driver = this.networks.driverOf(this.networks.get('bridge'));
    await driver.unpublish(gone);
    await driver.publish(added);
    this.open = wanted;
  }

  private wanted(): PublishedPort[] {
    if (toSpec(this.networks.get('bridge')).interContainer) return [];
    const all = this.table.list();
    return all.flatMap((sandbox) => linkedSandboxes(sandbox, all).flatMap(({ target }) => linkedPorts(sandbox, target)));
  }
}

function linkedPorts(sandbox: Sandbox, target: Sandbox): PublishedPort[] {
  const [from, to] = [sandbox, target].map(({ endpoints }) => endpoints.find(({ networkName }) => networkName === 'bridge')?.ipv4?.address);
  if (from === undefined || to === undefined) return [];
  return portsOf(target.request).map(({ protocol, containerPort }) => ({
    protocol,
    hostIp: '0.0.0.0',
    hostPort: 0,
    containerIp: to,
    containerPort,
    from,
  }));
}
