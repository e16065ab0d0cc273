import { Injectable } from '@nestjs/common';
import type { ContainerCreateRequest, ContainerSummary } from '../../api/generated/types.gen.js';
import { containerName, imageOf, LABEL } from '../../compose/labels.js';
import { configHash, type Project, type Service } from '../../compose/project.js';
import type { Surroundings } from '../../compose/surroundings.js';
import { toContainer } from '../../compose/to-container.js';
import { networksInUse } from '../../compose/to-network.js';
import { NetworkList } from '../../engine/network/list.js';
import { VolumeList } from '../../engine/volume/list.js';
import { Engine } from '../../engine/engine.js';
import { Inspection } from '../inspection.js';
import { changesBetween, type Change } from '../request-diff.js';
import { StackFiles } from './stack-files.js';

/** One thing that a deployment will do. */
export interface Step {
  readonly kind: 'container' | 'network' | 'volume' | 'image';
  readonly action: 'create' | 'recreate' | 'start' | 'keep' | 'remove' | 'pull' | 'build';
  /** Service of a container; key of a network or volume. */
  readonly subject: string;
  /** The object's whole name. */
  readonly name: string;
  readonly container?: string;
  readonly changes: readonly Change[];
}

/** Tells beforehand what a deployment will do. */
@Injectable()
export class Planner {
  constructor(
    private readonly engine: Engine,
    private readonly inspection: Inspection,
    private readonly files: StackFiles,
  ) {}

  /** Everything, in the order it is done. */
  async plan(project: Project): Promise<Step[]> {
    const existing = await this.inspection.labelled(`${LABEL.project}=${project.name}`);
    const steps: Step[] = [...(await this.resources(project)), ...(await this.images(project))];
    for (const service of project.services.values()) steps.push(...(await this.service(project, service, existing)));
    for (const container of existing) {
      const service = container.Labels?.[LABEL.service] ?? '';
      if (!project.services.has(service) && !project.disabled.includes(service) && isOfService(container))
        steps.push({
          kind: 'container',
          action: 'remove',
          subject: service,
          name: nameOf(container),
          container: container.Id,
          changes: [],
        });
    }
    return steps;
  }

  /** What becomes of one service's containers. */
  async service(project: Project, service: Service, existing: readonly ContainerSummary[]): Promise<Step[]> {
    const own = existing.filter((container) => container.Labels?.[LABEL.service] === service.name && isOfService(container));
    const byNumber = new Map(own.map((container) => [Number(container.Labels?.[LABEL.number] ?? 0), container]));
    const steps: Step[] = [];
    for (let number = 1; number <= service.scale; number++) {
      const container = byNumber.get(number);
      byNumber.delete(number);
      const name = containerName(project, service, number);
      if (!container) steps.push({ kind: 'container', action: 'create', subject: service.name, name, changes: [] });
      else steps.push(await this.compare(project, service, number, container));
    }
    for (const container of byNumber.values())
      steps.push({
        kind: 'container',
        action: 'remove',
        subject: service.name,
        name: nameOf(container),
        container: container.Id,
        changes: [],
      });
    return steps;
  }

  /** The body of ContainerCreate for a container, from what is there now. */
  async body(project: Project, service: Service, number: number, image: string): Promise<ContainerCreateRequest> {
    return toContainer(project, service, number, await this.surroundings(project, image));
  }

  private async compare(project: Project, service: Service, number: number, container: ContainerSummary): Promise<Step> {
    const step = { kind: 'container', subject: service.name, name: nameOf(container), container: container.Id } as const;
    const idle = container.State === 'running' || container.State === 'restarting' ? 'keep' : 'start';
    const image = await this.inspection.imageId(imageOf(project, service));
    const changes = image === undefined || image === container.ImageID ? [] : [imageChange(container.ImageID, image)];
    // Ours bear the hash of what made them; what docker compose made bears its own hash and is compared field by field.
    if (container.Labels?.[LABEL.hash] === configHash(service) && changes.length === 0) return { ...step, action: idle, changes: [] };
    const wanted = await this.body(project, service, number, image ?? container.ImageID);
    const current = await this.inspection.request(await this.inspection.container(container.Id));
    changes.push(...changesBetween(current, wanted, isOurs));
    return { ...step, action: changes.length === 0 ? idle : 'recreate', changes };
  }

  private async surroundings(project: Project, image: string): Promise<Surroundings> {
    const existing = await this.inspection.labelled(`${LABEL.project}=${project.name}`);
    return {
      image,
      containerOf: (name) =>
        existing.find(({ Labels }) => Labels?.[LABEL.service] === name && Labels[LABEL.number] === '1')?.Id ?? `${project.name}-${name}-1`,
      fileOf: (kind, key) => this.files.contentPath(project.name, kind, key),
    };
  }

  private async images(project: Project): Promise<Step[]> {
    const wanted = new Map([...project.services.values()].map((service) => [imageOf(project, service), service]));
    const steps: Step[] = [];
    for (const [name, service] of wanted) {
      if ((await this.inspection.imageId(name)) !== undefined) continue;
      steps.push({
        kind: 'image',
        action: service.spec['build'] === undefined ? 'pull' : 'build',
        subject: service.name,
        name,
        changes: [],
      });
    }
    return steps;
  }

  private async resources(project: Project): Promise<Step[]> {
    const networks = new Set((await this.engine.run(NetworkList, {})).map(({ Name }) => Name));
    const volumes = new Set(((await this.engine.run(VolumeList, {})).Volumes ?? []).map(({ Name }) => Name));
    const missing =
      (kind: 'network' | 'volume', known: ReadonlySet<string>) =>
      (resource: { key: string; name: string; external: boolean }): Step[] =>
        resource.external || known.has(resource.name)
          ? []
          : [{ kind, action: 'create', subject: resource.key, name: resource.name, changes: [] }];
    return [
      ...networksInUse(project).flatMap(missing('network', networks)),
      ...[...project.volumes.values()].flatMap(missing('volume', volumes)),
    ];
  }
}

/** Compose's own labels say what made a container, not what it is; the image is compared by its ID. */
function isOurs(field: string): boolean {
  return field.startsWith('Labels.com.docker.compose.') || field === 'Image';
}

function imageChange(from: string, to: string): Change {
  return { field: 'Image', from: from.slice(0, 19), to: to.slice(0, 19), live: false };
}

/** `docker compose run` makes containers that are no part of the service. */
function isOfService({ Labels }: ContainerSummary): boolean {
  return Labels?.[LABEL.oneoff] !== 'True';
}

export function nameOf({ Names, Id }: Pick<ContainerSummary, 'Names' | 'Id'>): string {
  return Names?.[0]?.replace(/^\//, '') ?? Id.slice(0, 12);
}
