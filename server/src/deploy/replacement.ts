import { Injectable } from '@nestjs/common';
import type { ContainerCreateRequest, ContainerInspectResponse } from '../api/generated/types.gen.js';
import { Undo } from '../base/undo.js';
import { Engine } from '../engine/engine.js';
import { ContainerCreate } from '../engine/container/create.js';
import { ContainerDelete } from '../engine/container/delete.js';
import { ContainerRename } from '../engine/container/rename.js';
import { ContainerStart } from '../engine/container/start.js';
import { ContainerStop } from '../engine/container/stop.js';
import { Inspection } from './inspection.js';
import { isAnonymous } from './own-request.js';

export interface ReplacementRequest {
  readonly id: string;
  readonly name: string;
  readonly body: ContainerCreateRequest;
  /** Start the new one; when it says nothing: if the old one runs. */
  readonly start?: boolean;
  /** Called with the new container when it runs; what it throws brings the old one back. */
  readonly prove?: (id: string) => Promise<void>;
  readonly tell?: (status: string) => void;
}

/** Puts a container in another's place, under its name, with its anonymous volumes; the old one comes back when the new one does not do. */
@Injectable()
export class Replacement {
  constructor(
    private readonly engine: Engine,
    private readonly inspection: Inspection,
  ) {}

  /** @returns the new container's ID @throws what made it fail, after the old one is back */
  async run({ id, name, body, start, prove, tell = () => {} }: ReplacementRequest): Promise<string> {
    const old = await this.inspection.container(id);
    const runs = old.State.Running === true;
    const undo = new Undo();
    try {
      const oldName = old.Name.slice(1);
      const aside = `${old.Id.slice(0, 12)}_${oldName}`;
      undo.add(await this.engine.run(ContainerRename, { id: old.Id, name: aside }), () =>
        this.engine.run(ContainerRename, { id: old.Id, name: oldName }),
      );
      tell('Creating');
      const { Id } = await this.engine.run(ContainerCreate, { name, body: withVolumesOf(old, body) });
      undo.add(Id, () => this.engine.run(ContainerDelete, { id: Id, force: true }));
      if (runs) {
        tell('Stopping the old one');
        undo.add(await this.engine.run(ContainerStop, { id: old.Id }), () => this.engine.run(ContainerStart, { id: old.Id }));
      }
      if (start ?? runs) {
        tell('Starting');
        await this.engine.run(ContainerStart, { id: Id });
        await prove?.(Id);
      }
      undo.commit();
      tell('Removing the old one');
      await this.engine.run(ContainerDelete, { id: old.Id, force: true });
      return Id;
    } catch (error) {
      tell('Returning to the old one');
      await undo.unwind();
      throw error;
    }
  }
}

/** The request with the anonymous volumes of `old`, so that what is in them stays. */
function withVolumesOf(old: ContainerInspectResponse, body: ContainerCreateRequest): ContainerCreateRequest {
  const host = body.HostConfig ?? {};
  const places = new Set([
    ...(host.Binds ?? []).map((bind) => bind.split(':')[1]),
    ...(host.Mounts ?? []).filter(({ Source }) => Source).map(({ Target }) => Target),
  ]);
  const kept = old.Mounts.filter(({ Type, Name, Destination }) => Type === 'volume' && isAnonymous(Name) && !places.has(Destination));
  if (kept.length === 0) return body;
  const kind = new Set(kept.map(({ Destination }) => Destination));
  return {
    ...body,
    HostConfig: {
      ...host,
      Binds: [...(host.Binds ?? []), ...kept.map(({ Name, Destination, RW }) => `${Name}:${Destination}${RW === false ? ':ro' : ''}`)],
      // An anonymous mount of the same place would make another volume there.
      Mounts: (host.Mounts ?? []).filter(({ Type, Source, Target }) => Type !== 'volume' || Source || !kind.has(Target ?? '')),
    },
  };
}
