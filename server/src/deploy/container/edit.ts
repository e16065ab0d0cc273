import { Injectable } from '@nestjs/common';
import type { ContainerCreateRequest, ContainerInspectResponse, Resources } from '../../api/generated/types.gen.js';
import { cancelled, invalidParameter } from '../../base/errors.js';
import { LABEL } from '../../compose/labels.js';
import { ContainerReconfigure } from '../../engine/container/reconfigure.js';
import { ContainerRename } from '../../engine/container/rename.js';
import { ContainerUpdate } from '../../engine/container/update.js';
import { Engine } from '../../engine/engine.js';
import { NetworkConnect } from '../../engine/network/connect.js';
import { NetworkDisconnect } from '../../engine/network/disconnect.js';
import { ImageSupply } from '../image-supply.js';
import { Inspection } from '../inspection.js';
import { Replacement } from '../replacement.js';
import type { Report } from '../report.js';
import { changesBetween, liveKind, type Change } from '../request-diff.js';
import { Revisions } from './revisions.js';

/** What a container is to be. */
export interface Wanted {
  readonly name: string;
  readonly body: ContainerCreateRequest;
}

/** Changes containers: what can be changed while they run is, for the rest a new one takes their place. */
@Injectable()
export class ContainerEdit {
  constructor(
    private readonly engine: Engine,
    private readonly inspection: Inspection,
    private readonly supply: ImageSupply,
    private readonly replacement: Replacement,
    private readonly revisions: Revisions,
  ) {}

  /** What a container was asked to be. @throws NotFound */
  async current(id: string): Promise<Wanted & { readonly container: ContainerInspectResponse }> {
    const container = await this.inspection.container(id);
    return { container, name: container.Name.slice(1), body: await this.inspection.request(container) };
  }

  /** What would change, and whether all of it without a restart. */
  async plan(id: string, wanted: Wanted): Promise<Change[]> {
    const now = await this.current(id);
    const renamed: Change[] = now.name === wanted.name ? [] : [{ field: 'Name', from: now.name, to: wanted.name, live: true }];
    return [...renamed, ...changesBetween(now.body, wanted.body)];
  }

  /**
   * Makes a container what is wanted.
   * @param options.prove is called with a container that took its place; what it throws brings the old one back
   * @returns its ID, another one when it was made anew
   */
  async run(
    id: string,
    wanted: Wanted,
    options: { user: string; reason: string; report: Report; signal: AbortSignal; prove?: (id: string) => Promise<void>; anew?: boolean },
  ): Promise<string> {
    const { user, report, signal, prove } = options;
    const subject = `container ${wanted.name}`;
    const { container, name, body } = await this.current(id);
    if (container.HostConfig?.AutoRemove && container.State.Running)
      throw invalidParameter(`${name} removes itself when it stops (--rm): nothing can take its place`);
    const changes = await this.plan(container.Id, wanted);
    if (changes.length === 0 && !options.anew) {
      report({ subject, status: 'Nothing to change', done: true });
      return container.Id;
    }
    this.revisions.add({ container: container.Id, user: '', reason: 'before', name, image: container.Image, body });
    const live = !options.anew && changes.every((change) => change.live);
    const newId = live
      ? await this.live(container, wanted, changes, report, subject)
      : await this.anew(container, wanted, { report, signal, subject, prove });
    const after = await this.current(newId);
    this.revisions.add(
      { container: newId, user, reason: options.reason, name: after.name, image: after.container.Image, body: after.body },
      container.Id,
    );
    report({ subject, status: live ? 'Changed without a restart' : 'Running anew', done: true });
    return newId;
  }

  private async live(
    { Id, Name }: ContainerInspectResponse,
    { name, body }: Wanted,
    changes: readonly Change[],
    report: Report,
    subject: string,
  ): Promise<string> {
    if (Name !== `/${name}`) await this.engine.run(ContainerRename, { id: Id, name });
    const kinds = new Set(changes.map(({ field }) => liveKind(field)));
    const limits = changes.filter(({ field }) => liveKind(field) === 'limits').map(({ field }) => field.slice('HostConfig.'.length));
    if (kinds.has('labels') || kinds.has('ports')) {
      report({ subject, status: kinds.has('ports') ? 'Changing published ports' : 'Changing labels' });
      const { PortBindings, PublishAllPorts } = body.HostConfig ?? {};
      await this.engine.run(ContainerReconfigure, {
        id: Id,
        labels: withoutHash(body).Labels ?? {},
        ...(kinds.has('ports') && { ports: { PortBindings, PublishAllPorts, ExposedPorts: body.ExposedPorts } }),
      });
    }
    if (limits.length > 0) {
      report({ subject, status: 'Changing limits' });
      const host = body.HostConfig ?? {};
      const resources = Object.fromEntries(limits.map((key) => [key, host[key as keyof Resources]]));
      // As at the creation: a limit of memory alone limits swap to as much again.
      const swap = limits.includes('Memory') && !host.MemorySwap ? { MemorySwap: (host.Memory ?? 0) * 2 } : {};
      await this.engine.run(ContainerUpdate, {
        id: Id,
        body: {
          ...resources,
          ...swap,
          RestartPolicy: limits.includes('RestartPolicy') ? (host.RestartPolicy ?? { Name: 'no' }) : undefined,
        },
      });
    }
    for (const { field, from, to } of changes) {
      const network = /^NetworkingConfig\.EndpointsConfig\.(.+)$/.exec(field)?.[1];
      if (network === undefined) continue;
      report({ subject, status: to === undefined ? `Leaving ${network}` : `Joining ${network}` });
      if (from !== undefined) await this.engine.run(NetworkDisconnect, { id: network, body: { Container: Id } });
      const EndpointConfig = body.NetworkingConfig?.EndpointsConfig?.[network] ?? {};
      if (to !== undefined) await this.engine.run(NetworkConnect, { id: network, body: { Container: Id, EndpointConfig } });
    }
    return Id;
  }

  private async anew(
    { Id }: ContainerInspectResponse,
    { name, body }: Wanted,
    {
      report,
      signal,
      subject,
      prove,
    }: { report: Report; signal: AbortSignal; subject: string; prove: ((id: string) => Promise<void>) | undefined },
  ): Promise<string> {
    await this.supply.get(body.Image ?? '', 'missing', { subject, report, signal });
    if (signal.aborted) throw cancelled('it was called off');
    return this.replacement.run({ id: Id, name, body: withoutHash(body), prove, tell: (status) => report({ subject, status }) });
  }
}

/** A container of a stack that was edited by hand is not what its file says any more: the next deployment compares it anew. */
function withoutHash(body: ContainerCreateRequest): ContainerCreateRequest {
  const { [LABEL.hash]: _, ...Labels } = body.Labels ?? {};
  return { ...body, Labels };
}
