import { join, normalize } from 'node:path';
import { Inject, Injectable } from '@nestjs/common';
import type {
  ContainerCreateRequest,
  ContainerUpdateRequest,
  ExecConfig,
  NetworkConnectRequest,
  NetworkCreateRequest,
  VolumeCreateRequest,
} from '../../api/generated/types.gen.js';
import { askerOf } from '../../auth/asker.js';
import type { Rights } from '../../auth/rights.js';
import { DAEMON_CONFIG, type DaemonConfig } from '../../base/config.js';
import { forbidden, notFound } from '../../base/errors.js';
import { has, Ownership, projectOf, type Owner } from './ownership.js';
import { reachOf, resourceReach } from './reach.js';

const PROJECT = /^[a-z0-9][a-z0-9_-]*$/;

type Check = (params: never, rights: Rights) => void;

/**
 * What the parameters of jobs reach for beyond the object that they are about: looked at whoever runs the job on behalf of
 * somebody, be it a request, a stack or an edit. Which objects a request may be about is decided before, at the door.
 */
@Injectable()
export class JobGuard {
  private readonly checks: ReadonlyMap<string, Check>;

  constructor(
    private readonly ownership: Ownership,
    @Inject(DAEMON_CONFIG) private readonly config: Pick<DaemonConfig, 'dataRoot'>,
  ) {
    const checks: Record<string, Check> = {
      ContainerCreate: ({ body }: { body: ContainerCreateRequest }, rights: Rights) => this.checkContainer(body, rights),
      ContainerUpdate: ({ body }: { body: ContainerUpdateRequest }, rights: Rights) =>
        needAdmin(rights, resourceReach(body), 'a container'),
      ContainerExec: ({ config: { Privileged } }: { config: ExecConfig }, rights: Rights) =>
        needAdmin(rights, Privileged ? ['privileged'] : [], 'a process'),
      VolumeCreate: (body: VolumeCreateRequest, rights: Rights) => this.checkVolume(body, rights),
      NetworkCreate: (body: NetworkCreateRequest, rights: Rights) => this.checkNetwork(body, rights),
      NetworkConnect: ({ body }: { body: NetworkConnectRequest }, rights: Rights) => this.need(rights, 'container', [body.Container]),
      NetworkDisconnect: ({ body }: { body: NetworkConnectRequest }, rights: Rights) => this.need(rights, 'container', [body.Container]),
      ImageCreate: ({ fromSrc }: { fromSrc?: string }, rights: Rights) => {
        if (fromSrc) needEverywhere(rights, 'to import an image');
      },
      ImageBuild: ({ networkmode }: { networkmode?: string }, rights: Rights) =>
        needAdmin(rights, networkmode === 'host' ? ['network namespace of the host'] : [], 'a build'),
    };
    this.checks = new Map(Object.entries(checks));
  }

  /** @throws Forbidden when somebody asks for more than they may; NotFound for what they may not even see */
  check(job: string, params: unknown): void {
    const asker = askerOf();
    if (!asker || asker.rights.everywhere('admin')) return;
    this.checks.get(job)?.(params as never, asker.rights);
  }

  private checkContainer(body: ContainerCreateRequest, rights: Rights): void {
    const project = projectOf(body.Labels);
    needProject(rights, project, 'a container');
    const { host, containers, volumes, networks } = reachOf(body);
    const given = this.givenTo(project);
    needAdmin(
      rights,
      host.filter((thing) => !given.has(thing) && !this.isOwnContent(thing, project)),
      'a container',
    );
    this.need(rights, 'container', containers);
    // It would be looked for again at the start, when it may be another project's.
    for (const name of networks) if (!this.ownership.network(name)) throw notFound(`network ${name} not found`);
    this.need(rights, 'network', networks);
    this.need(rights, 'volume', volumes, project);
  }

  private checkVolume({ Driver = '', DriverOpts, Labels, Name }: VolumeCreateRequest, rights: Rights): void {
    const driven = (Driver !== '' && Driver !== 'local') || Object.keys(DriverOpts ?? {}).length > 0;
    needAdmin(rights, driven ? [`volume driver ${Driver || 'local'} ${JSON.stringify(DriverOpts ?? {})}`] : [], 'a volume');
    needProject(rights, projectOf(Labels), 'a volume');
    if (Name) this.need(rights, 'volume', [Name]);
  }

  private checkNetwork({ Driver = '', Options, Labels, IPAM }: NetworkCreateRequest, rights: Rights): void {
    const driven = Driver !== '' && Driver !== 'bridge';
    const options = Object.keys(Options ?? {}).filter((name) => name !== 'com.docker.network.enable_ipv6');
    const things = [
      ...(driven ? [`network driver ${Driver}`] : []),
      ...options.map((name) => `network option ${name}`),
      ...(IPAM?.Driver && IPAM.Driver !== 'default' ? [`address driver ${IPAM.Driver}`] : []),
    ];
    needAdmin(rights, things, 'a network');
    needProject(rights, projectOf(Labels), 'a network');
  }

  /** What an admin has given to a project's containers before, an operator of the project may give to the next one. */
  private givenTo(project: string): ReadonlySet<string> {
    if (project === '') return new Set();
    const containers = this.ownership.containersOf(project);
    return new Set(containers.flatMap(({ record }) => reachOf({ HostConfig: record.hostConfig }).host));
  }

  /** Configs and secrets of a stack are files that the daemon has written itself. */
  private isOwnContent(thing: string, project: string): boolean {
    const [, path = ''] = /^bind (.*), read-only$/.exec(thing) ?? [];
    const folder = join(this.config.dataRoot, 'stacks', '.content', project);
    return PROJECT.test(project) && path !== '' && normalize(path).startsWith(`${folder}/`);
  }

  /** What is used must be the asker's to work with, or in use by the same project already. */
  private need(rights: Rights, kind: 'container' | 'network' | 'volume', references: readonly string[], project?: string): void {
    for (const reference of references) {
      const owner: Owner | undefined = this.ownership[kind](reference);
      if (!owner || has(rights, 'operate', owner) || (project && owner.users?.includes(project))) continue;
      throw forbidden(`${kind} ${reference} belongs to another project, or to none: ask an admin`);
    }
  }
}

function needProject(rights: Rights, project: string, what: string): void {
  if (rights.in(project, 'operate')) return;
  throw forbidden(
    project === ''
      ? `${what} outside of Compose projects needs the role operator everywhere`
      : `${what} in project ${project} needs the role operator there`,
  );
}

function needAdmin(rights: Rights, things: readonly string[], what: string): void {
  if (things.length === 0 || rights.everywhere('admin')) return;
  throw forbidden(`${what} with ${things.join('; ')} reaches beyond itself to the host: ask an admin`);
}

function needEverywhere(rights: Rights, why: string): void {
  if (!rights.everywhere('operate')) throw forbidden(`${why}, the role operator is needed everywhere`);
}
