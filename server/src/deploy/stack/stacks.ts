import { dirname, join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { conflict, forbidden, invalidParameter, notFound } from '../../base/errors.js';
import { LABEL } from '../../compose/labels.js';
import type { LoadResult, Project } from '../../compose/project.js';
import { askerOf, isConfined, ROLE_FOR, type Right } from '../../engine/access/index.js';
import { Inspection } from '../inspection.js';
import { StackFiles } from './stack-files.js';
import { StackVersions, type StackContent } from './versions.js';

/** Where a stack's files are. */
export interface StackPlace {
  readonly name: string;
  /** Undefined for a project whose files are not on this machine any more. */
  readonly files: readonly string[];
  readonly folder: string;
  /** True for a folder below the data root; otherwise the project was started by `docker compose` somewhere else. */
  readonly own: boolean;
}

type Listener = () => void;

/** The stacks of this daemon: folders of its own, and whatever projects `docker compose` has started. */
@Injectable()
export class Stacks {
  private readonly listeners = new Set<Listener>();

  constructor(
    private readonly files: StackFiles,
    private readonly versions: StackVersions,
    private readonly inspection: Inspection,
  ) {}

  /** Every stack, by name. */
  async list(): Promise<StackPlace[]> {
    const places = new Map<string, StackPlace>();
    for (const name of await this.files.names()) places.set(name, await this.ownPlace(name));
    for (const container of await this.inspection.labelled(LABEL.project)) {
      const labels = container.Labels ?? {};
      const name = labels[LABEL.project] ?? '';
      if (name && !places.has(name)) places.set(name, foreignPlace(name, labels));
    }
    return [...places.values()].sort((a, b) => a.name.localeCompare(b.name));
  }

  /** @throws NotFound */
  async place(name: string): Promise<StackPlace> {
    if (await this.files.main(name)) return this.ownPlace(name);
    const [container] = await this.inspection.labelled(`${LABEL.project}=${name}`);
    if (!container) throw notFound(`No such stack: ${name}`);
    // Whoever may label a container must not choose by it what the daemon reads and writes.
    if (isConfined()) return { name, files: [], folder: this.files.folder(name), own: false };
    return foreignPlace(name, container.Labels ?? {});
  }

  /** What its files say now. @throws NotFound */
  async content(name: string): Promise<StackContent> {
    const { files, folder } = await this.place(name);
    const compose = files[0] === undefined ? undefined : await this.read(name, files[0]);
    return { compose: compose ?? '', env: (await this.read(name, join(folder, '.env'))) ?? '' };
  }

  /** Makes a stack with these files. @throws Conflict, InvalidParameter */
  async create(name: string, content: StackContent, user: string): Promise<void> {
    this.checkAsker(name, 'operate');
    const [taken] = await this.inspection.labelled(`${LABEL.project}=${name}`);
    if (taken) throw conflict(`there is a project named ${name} already`);
    await this.files.create(name, content.compose);
    if (content.env) await this.files.write(join(this.files.folder(name), '.env'), content.env);
    this.versions.add(name, content, user);
    this.tell();
  }

  /** Saves a stack's files where they are, keeping what they were. @throws NotFound, Conflict when they are not on this machine */
  async save(name: string, content: StackContent, user: string): Promise<void> {
    const { files, folder } = await this.place(name);
    const [main] = files;
    const before = main === undefined ? undefined : await this.read(name, main);
    if (main === undefined || before === undefined)
      throw conflict(`the files of ${name} are not on this machine: make a stack of your own with its text`);
    const env = (await this.read(name, join(folder, '.env'))) ?? '';
    this.versions.add(name, { compose: before, env }, 'before');
    await this.files.write(main, content.compose);
    if (content.env !== env) await this.files.write(join(folder, '.env'), content.env);
    this.versions.add(name, content, user);
    this.tell();
  }

  /** Removes a stack's files. @throws Conflict while it has containers, or when they are somebody else's */
  async remove(name: string): Promise<void> {
    const { own } = await this.place(name);
    if (!own) throw conflict(`the files of ${name} are not the daemon's own: they are left alone`);
    if ((await this.inspection.labelled(`${LABEL.project}=${name}`)).length > 0)
      throw conflict(`stack ${name} still has containers: take it down first`);
    await this.files.remove(name);
    this.versions.forget(name);
    this.tell();
  }

  /** What the files of a stack come to, or those in an editor in their place. */
  async load(name: string, draft?: Partial<StackContent>, profiles: readonly string[] = []): Promise<LoadResult> {
    this.checkAsker(name, 'view');
    const place = await this.place(name).catch(() => undefined);
    const folder = place?.folder ?? this.files.folder(name);
    const files = place && place.files.length > 0 ? place.files : [join(folder, 'compose.yaml')];
    const drafts = new Map<string, string>();
    if (draft?.compose !== undefined) drafts.set(files[0]!, draft.compose);
    if (draft?.env !== undefined) drafts.set(join(folder, '.env'), draft.env);
    // The YAML parser is needed only here, and takes memory.
    const { loadProject } = await import('../../compose/load-project.js');
    const loaded = await loadProject({ files, folder, name, profiles }, async (path) => drafts.get(path) ?? this.read(name, path));
    if (isConfined() && loaded.project && loaded.project.name !== name)
      throw invalidParameter(`the file of stack ${name} names another project: ${loaded.project.name}`);
    return loaded;
  }

  /** @throws InvalidParameter with the first thing that is wrong in the files */
  async project(name: string, profiles: readonly string[] = []): Promise<Project> {
    const { project, problems } = await this.load(name, undefined, profiles);
    if (project) {
      if (project.name !== name) throw invalidParameter(`the file of stack ${name} names another project: ${project.name}`);
      return project;
    }
    const [first] = problems.filter(({ severity }) => severity === 'error');
    throw invalidParameter(`${first?.file ?? name}: ${first?.message ?? 'the file cannot be read'}`);
  }

  /** Calls `listener` when a stack's files come, change or go. */
  subscribe(listener: Listener): { unsubscribe: () => void } {
    this.listeners.add(listener);
    return { unsubscribe: () => this.listeners.delete(listener) };
  }

  /** @throws Forbidden when whoever asks has no such right in the project that the stack is */
  private checkAsker(name: string, right: Right): void {
    const asker = askerOf();
    if (asker && !asker.rights.in(name, right)) throw forbidden(`stack ${name} needs the role ${ROLE_FOR[right]} in project ${name}`);
  }

  /** Who does not own the host gets no file of it but the stack's own. */
  private read(name: string, path: string): Promise<string | undefined> {
    return isConfined() ? this.files.readOwn(name, path) : this.files.read(path);
  }

  private async ownPlace(name: string): Promise<StackPlace> {
    const main = await this.files.main(name);
    return { name, files: main ? [main] : [], folder: this.files.folder(name), own: true };
  }

  private tell(): void {
    for (const listener of this.listeners) listener();
  }
}

/** Files at the paths that a project's labels name. Labels are anybody's to write: only YAML files are taken for Compose's. */
function foreignPlace(name: string, labels: Readonly<Record<string, string>>): StackPlace {
  const files = (labels[LABEL.files] ?? '').split(',').filter((path) => /^\/.*\.ya?ml$/.test(path));
  const folder = labels[LABEL.folder];
  return { name, files, folder: folder?.startsWith('/') ? folder : files[0] ? dirname(files[0]) : '/', own: false };
}
