import { Injectable } from '@nestjs/common';
import { cancelled, forbidden, invalidParameter, messageOf, notFound } from '../../base/errors.js';
import { imageOf, LABEL } from '../../compose/labels.js';
import { startOrder, withDependencies } from '../../compose/order.js';
import type { Project, Service } from '../../compose/project.js';
import { networksInUse, toNetwork, toVolume } from '../../compose/to-network.js';
import { text, texts, type Tree } from '../../compose/tree.js';
import { isConfined } from '../../engine/access/index.js';
import { ContainerCreate } from '../../engine/container/create.js';
import { ContainerDelete } from '../../engine/container/delete.js';
import { ContainerStart } from '../../engine/container/start.js';
import { Engine } from '../../engine/engine.js';
import { NetworkCreate } from '../../engine/network/create.js';
import { NetworkList } from '../../engine/network/list.js';
import { VolumeCreate } from '../../engine/volume/create.js';
import { VolumeList } from '../../engine/volume/list.js';
import { ImageSupply, type PullPolicy } from '../image-supply.js';
import { Inspection } from '../inspection.js';
import { Replacement } from '../replacement.js';
import type { Report } from '../report.js';
import { buildOf, ServiceBuild } from '../service-build.js';
import { Waiting } from '../waiting.js';
import { Planner, type Step } from './plan.js';
import { StackFiles } from './stack-files.js';

export interface UpRequest {
  /** Only these services, and what they wait for. */
  readonly services?: readonly string[];
  /** Pull every image, whatever the file says. */
  readonly pull?: boolean;
  /** Build every image that the file says how to, also those that are here. */
  readonly build?: boolean;
  /** Make every container anew. */
  readonly recreate?: boolean;
  /** Services whose containers are made anew, whatever they are now. */
  readonly anew?: ReadonlySet<string>;
  /** Remove containers of services that are not in the file any more. */
  readonly removeOrphans?: boolean;
}

function isAnew({ name }: Service, { recreate, anew }: UpRequest): boolean {
  return recreate === true || anew?.has(name) === true;
}

/** Makes a project what its files say, as `docker compose up -d` does. */
@Injectable()
export class StackUp {
  constructor(
    private readonly engine: Engine,
    private readonly inspection: Inspection,
    private readonly planner: Planner,
    private readonly supply: ImageSupply,
    private readonly replacement: Replacement,
    private readonly waiting: Waiting,
    private readonly files: StackFiles,
    private readonly builds: ServiceBuild,
  ) {}

  /** @throws what the first service that failed threw; the others are done as far as they do not wait for it */
  async run(project: Project, request: UpRequest, report: Report, signal: AbortSignal): Promise<void> {
    const wanted = request.services?.length ? withDependencies(project.services, request.services) : new Set(project.services.keys());
    for (const name of request.services ?? []) if (!project.services.has(name)) throw invalidParameter(`there is no service ${name}`);
    await this.resources(project, report);
    const running = new Map<string, Promise<void>>();
    for (const name of startOrder(project.services)) {
      const service = project.services.get(name)!;
      if (wanted.has(name)) running.set(name, this.service(project, service, running, request, report, signal));
    }
    const results = await Promise.allSettled(running.values());
    const failed = results.find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
    if (request.removeOrphans) await this.removeOrphans(project, report);
  }

  private async resources(project: Project, report: Report): Promise<void> {
    const networks = new Set((await this.engine.run(NetworkList, {})).map(({ Name }) => Name));
    for (const network of networksInUse(project)) {
      if (networks.has(network.name)) continue;
      if (network.external) throw notFound(`network ${network.name} is external and does not exist: make it first`);
      await this.engine.run(NetworkCreate, toNetwork(project, network));
      report({ subject: `network ${network.key}`, status: 'Created', done: true });
    }
    const volumes = new Set(((await this.engine.run(VolumeList, {})).Volumes ?? []).map(({ Name }) => Name));
    for (const volume of project.volumes.values()) {
      if (volumes.has(volume.name)) continue;
      if (volume.external) throw notFound(`volume ${volume.name} is external and does not exist: make it first`);
      await this.engine.run(VolumeCreate, toVolume(project, volume));
      report({ subject: `volume ${volume.key}`, status: 'Created', done: true });
    }
    for (const kind of ['configs', 'secrets'] as const)
      for (const { key, spec } of project[kind].values()) {
        if (spec['file'] !== undefined || spec['external'] !== undefined) continue;
        const content = text(spec['content']) ?? project.environment.get(text(spec['environment']) ?? '');
        if (content === undefined) throw invalidParameter(`${kind}.${key} has no content: its variable is not set`);
        await this.files.writeContent(this.files.contentPath(project.name, kind, key), content);
      }
  }

  private async service(
    project: Project,
    service: Service,
    running: ReadonlyMap<string, Promise<void>>,
    request: UpRequest,
    report: Report,
    signal: AbortSignal,
  ): Promise<void> {
    const subject = `service ${service.name}`;
    try {
      report({ subject, status: 'Waiting' });
      const image = await this.image(project, service, request, subject, report, signal);
      await this.dependencies(project, service, running, subject, report, signal);
      if (signal.aborted) throw cancelled('it was called off');
      const existing = await this.inspection.labelled(`${LABEL.project}=${project.name}`, `${LABEL.service}=${service.name}`);
      const steps = await this.planner.service(project, service, existing);
      for (const step of steps) await this.apply(project, service, step, image, request, subject, report, signal);
      const kept = steps.every(({ action }) => action === 'keep') && !isAnew(service, request);
      report({ subject, status: service.scale === 0 ? 'None wanted' : kept ? 'Running, unchanged' : 'Running', done: true });
    } catch (error) {
      report({ subject, status: 'Failed', done: true, error: messageOf(error) });
      throw error;
    }
  }

  /** The ID of a service's image: built where the file says how and there is none yet, else pulled. */
  private async image(
    project: Project,
    service: Service,
    request: UpRequest,
    subject: string,
    report: Report,
    signal: AbortSignal,
  ): Promise<string> {
    const reference = imageOf(project, service);
    const platform = text(service.spec['platform']);
    const policy = text(service.spec['pull_policy']) ?? 'missing';
    const build = buildOf(service.spec);
    if (build) {
      if (isConfined()) await this.checkBuild(project.name, build, reference);
      const here = await this.inspection.imageId(reference);
      if (here === undefined || request.build || policy === 'build') await this.builds.run(reference, build, { subject, report, signal });
      return this.supply.get(reference, 'never', { subject, report, signal });
    }
    const wanted: PullPolicy = policy === 'never' ? 'never' : request.pull || policy === 'always' ? 'always' : 'missing';
    return this.supply.get(reference, wanted, { subject, platform, report, signal });
  }

  /** Who does not own the host builds from the stack's folder, and no image that others may be using. */
  private async checkBuild(project: string, build: Tree, reference: string): Promise<void> {
    const context = String(build['context'] ?? '.');
    if (context.startsWith('/')) await this.files.checkOwn(project, context);
    for (const name of [reference, ...texts(build['tags'])])
      if (!name.startsWith(`${project}-`) && !name.startsWith(`${project}/`))
        throw forbidden(`building ${name} could replace an image of another project: call it ${project}-…, or ask an admin`);
  }

  private async dependencies(
    project: Project,
    service: Service,
    running: ReadonlyMap<string, Promise<void>>,
    subject: string,
    report: Report,
    signal: AbortSignal,
  ): Promise<void> {
    for (const { service: name, condition, required } of service.dependencies) {
      const other = running.get(name);
      if (!other) continue;
      try {
        await other;
        if (condition === 'service_started') continue;
        report({ subject, status: `Waiting for ${name} to be ${condition === 'service_healthy' ? 'healthy' : 'done'}` });
        for (const { Id } of await this.inspection.labelled(`${LABEL.project}=${project.name}`, `${LABEL.service}=${name}`))
          await (condition === 'service_healthy' ? this.waiting.healthy(Id, signal) : this.waiting.completed(Id, signal));
      } catch (error) {
        if (required) throw invalidParameter(`${service.name} waits for ${name}, which failed: ${messageOf(error)}`, error);
      }
    }
  }

  private async apply(
    project: Project,
    service: Service,
    step: Step,
    image: string,
    request: UpRequest,
    subject: string,
    report: Report,
    signal: AbortSignal,
  ): Promise<void> {
    if (signal.aborted) throw cancelled('it was called off');
    const tell = (status: string, done = false) => report({ subject, part: step.name, status, done });
    const action = isAnew(service, request) && step.container && step.action !== 'remove' ? 'recreate' : step.action;
    const number = Number(/\d+$/.exec(step.name)?.[0] ?? 1);
    if (action === 'remove') await this.engine.run(ContainerDelete, { id: step.container ?? '', force: true });
    else if (action === 'start') await this.engine.run(ContainerStart, { id: step.container ?? '' });
    else if (action === 'create') {
      tell('Creating');
      const { Id } = await this.engine.run(ContainerCreate, {
        name: step.name,
        body: await this.planner.body(project, service, number, image),
      });
      tell('Starting');
      await this.engine.run(ContainerStart, { id: Id });
    } else if (action === 'recreate') {
      const body = await this.planner.body(project, service, number, image);
      await this.replacement.run({ id: step.container ?? '', name: step.name, body, start: true, tell });
    }
    tell(
      { remove: 'Removed', keep: 'Unchanged', recreate: 'Recreated', create: 'Started', start: 'Started', pull: '', build: '' }[action],
      true,
    );
  }

  private async removeOrphans(project: Project, report: Report): Promise<void> {
    const steps = await this.planner.plan(project);
    for (const { subject, name, container } of steps.filter(
      ({ action, subject }) => action === 'remove' && !project.services.has(subject),
    )) {
      await this.engine.run(ContainerDelete, { id: container ?? '', force: true });
      report({ subject: `service ${subject}`, part: name, status: 'Removed', done: true });
    }
  }
}
