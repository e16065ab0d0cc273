import { dirname, join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { conflict, forbidden, invalidParameter, notFound } from '../../base/errors.js';
import { LABEL } from '../../compose/labels.js';
import type { ReadText } from '../../compose/load.js';
import type { LoadResult, Project, ProjectRequest } from '../../compose/project.js';
import { askerOf, isConfined, ROLE_FOR, type Right } from '../../engine/access/index.js';
import { Locks } from '../../engine/locks.js';
import { Inspection } from '../inspection.js';
import { GitSources } from './git/sources.js';
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
  private readonly locks = new Locks();

  constructor(
    private readonly files: StackFiles,
    private readonly sources: GitSources,
    private readonly versions: StackVersions,
    private readonly inspection: Inspection,
  ) {
    sources.subscribe(() => this.tell());
  }

  /** Every stack, by name. */
  async list(): Promise<StackPlace[]> {
    const places = new Map<string, StackPlace>();
    for (const name of [...(await this.files.names()), ...this.sources.names()]) places.set(name, await this.ownPlace(name));
    for (const container of await this.inspection.labelled(LABEL.project)) {
      const labels = container.Labels ?? {};
      const name = labels[LABEL.project] ?? '';
      if (name && !places.has(name)) places.set(name, foreignPlace(name, labels));
    }
    return [...places.values()].sort((a, b) => a.name.localeCompare(b.name));
  }

  /** @throws NotFound */
  async place(name: string): Promise<StackPlace> {
    if (this.sources.path(name) !== undefined || (await this.files.main(name))) return this.ownPlace(name);
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
  create(name: string, content: StackContent, user: string): Promise<void> {
    return this.alone(name, async () => {
      await this.checkFree(name);
      await this.files.create(name, content.compose);
      if (content.env) await this.files.write(join(this.files.folder(name), '.env'), content.env);
      this.versions.add(name, content, user);
      this.tell();
    });
  }

  /** @throws Conflict for a name that something has already; Forbidden */
  async checkFree(name: string): Promise<void> {
    this.checkAsker(name, 'operate');
    if (this.sources.path(name) !== undefined || (await this.files.main(name))) throw conflict(`there is a stack named ${name} already`);
    const [taken] = await this.inspection.labelled(`${LABEL.project}=${name}`);
    if (taken) throw conflict(`there is a project named ${name} already`);
  }

  /** Saves a stack's files where they are, keeping what they were. @throws NotFound, Conflict when they are not on this machine, or not from here */
  save(name: string, content: StackContent, user: string): Promise<void> {
    return this.alone(name, () => this.saveAlone(name, content, user));
  }

  /** Removes a stack's files. @throws Conflict while it has containers, or when they are somebody else's */
  remove(name: string): Promise<void> {
    return this.alone(name, async () => {
      const { own } = await this.place(name);
      if (!own) throw conflict(`the files of ${name} are not the daemon's own: they are left alone`);
      if ((await this.inspection.labelled(`${LABEL.project}=${name}`)).length > 0)
        throw conflict(`stack ${name} still has containers: take it down first`);
      await this.files.remove(name);
      this.sources.forget(name);
      this.versions.forget(name);
      this.tell();
    });
  }

  /** Does `work` while nobody else changes the files of a stack. */
  async alone<T>(name: string, work: () => Promise<T>): Promise<T> {
    const release = await this.locks.acquire(name);
    try {
      return await work();
    } finally {
      release();
    }
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
    return this.loadFrom({ files, folder, name, profiles }, async (path) => drafts.get(path) ?? this.read(name, path));
  }

  /** What files that `read` gives come to. */
  async loadFrom(request: ProjectRequest & { readonly name: string }, read: ReadText): Promise<LoadResult> {
    // The YAML parser is needed only here, and takes memory.
    const { loadProject } = await import('../../compose/load-project.js');
    const loaded = await loadProject(request, read);
    const { name } = request;
    if (isConfined() && loaded.project && loaded.project.name !== name)
      throw invalidParameter(`the file of stack ${name} names another project: ${loaded.project.name}`);
    return loaded;
  }

  /** @throws InvalidParameter with the first thing that is wrong in the files */
  async project(name: string, profiles: readonly string[] = []): Promise<Project> {
    return projectOf(name, await this.load(name, undefined, profiles));
  }

  /** Calls `listener` when a stack's files come, change or go. */
  subscribe(listener: Listener): { unsubscribe: () => void } {
    this.listeners.add(listener);
    return { unsubscribe: () => this.listeners.delete(listener) };
  }

  private async saveAlone(name: string, content: StackContent, user: string): Promise<void> {
    const { files, folder } = await this.place(name);
    const [main] = files;
    const before = main === undefined ? undefined : await this.read(name, main);
    if (main === undefined || before === undefined)
      throw conflict(`the files of ${name} are not on this machine: make a stack of your own with its text`);
    const env = (await this.read(name, join(folder, '.env'))) ?? '';
    const git = this.sources.find(name);
    if (git && linesOf(content.compose) !== linesOf(before))
      throw conflict(`the Compose file of ${name} comes from git: change it in the repository, or detach the stack from it`);
    const revision = git?.state.commit;
    this.versions.add(name, { compose: before, env }, 'before', revision);
    if (!git) await this.files.write(main, content.compose);
    if (content.env !== env) await this.files.write(join(folder, '.env'), content.env);
    this.versions.add(name, { ...content, ...(git && { compose: before }) }, user, revision);
    this.tell();
  }

  /** @throws Forbidden when whoever asks has no such right in the project that the stack is */
  private checkAsker(name: string, right: Right): void {
    const asker = askerOf();
    if (asker && !asker.rights.in(name, right)) throw forbidden(`stack ${name} needs the role ${ROLE_FOR[right]} in project ${name}`);
  }

  /** Who does not own the host gets no file of it but the stack's own. */
  read(name: string, path: string): Promise<string | undefined> {
    return isConfined() ? this.files.readOwn(name, path) : this.files.read(path);
  }

  private async ownPlace(name: string): Promise<StackPlace> {
    const path = this.sources.path(name);
    const main = path === undefined ? await this.files.main(name) : await this.files.mainAt(name, path);
    return { name, files: main ? [main] : [], folder: join(this.files.folder(name), dirname(path ?? '.')), own: true };
  }

  /** Says that files have come, changed or gone. */
  tell(): void {
    for (const listener of this.listeners) listener();
  }
}

/** Editors in browsers end lines in one way. */
function linesOf(text: string): string {
  return text.replaceAll('\r\n', '\n');
}

/** @throws InvalidParameter with the first thing that is wrong in the files of a stack */
export function projectOf(name: string, { project, problems }: LoadResult): Project {
  if (project) {
    if (project.name !== name) throw invalidParameter(`the file of stack ${name} names another project: ${project.name}`);
    return project;
  }
  const [first] = problems.filter(({ severity }) => severity === 'error');
  throw invalidParameter(`${first?.file ?? name}: ${first?.message ?? 'the file cannot be read'}`);
}

/** Files at the paths that a project's labels name. Labels are anybody's to write: only YAML files are taken for Compose's. */
function foreignPlace(name: string, labels: Readonly<Record<string, string>>): StackPlace {
  const files = (labels[LABEL.files] ?? '').split(',').filter((path) => /^\/.*\.ya?ml$/.test(path));
  const folder = labels[LABEL.folder];
  return { name, files, folder: folder?.startsWith('/') ? folder : files[0] ? dirname(files[0]) : '/', own: false };
}
