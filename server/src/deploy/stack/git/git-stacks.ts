import { createHash } from 'node:crypto';
import { dirname, join, relative } from 'node:path';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { invalidParameter, kindOf, messageOf, notFound } from '../../../base/errors.js';
import type { ReadText } from '../../../compose/load.js';
import { askerOf, isConfined, StandingAskers } from '../../../engine/access/index.js';
import { checkOut, latestCommit, type GitCredentials } from '../../../engine/git/index.js';
import { Locks } from '../../../engine/locks.js';
import { StackFiles } from '../stack-files.js';
import { projectOf, Stacks } from '../stacks.js';
import { StackVersions } from '../versions.js';
import { filesBelow, place } from './placing.js';
import { readRequest } from './read-request.js';
import type { GitRequest, GitSource, GitStack } from './source.js';
import { GitSources } from './sources.js';

/** What came of fetching a stack's repository. */
export interface Fetched {
  readonly commit: string;
  /** Absolute paths of what is another file now, or gone. */
  readonly changed: readonly string[];
}

/** A repository's files where nobody sees them yet. */
interface Tree {
  readonly folder: string;
  readonly commit: string;
}

/** Stacks whose files come from a git repository: what is there is looked at before it takes the place of what is here. */
@Injectable()
export class GitStacks implements OnApplicationShutdown {
  private readonly locks = new Locks();
  private readonly ending = new AbortController();

  constructor(
    private readonly sources: GitSources,
    private readonly stacks: Stacks,
    private readonly files: StackFiles,
    private readonly versions: StackVersions,
    private readonly askers: StandingAskers,
  ) {}

  onApplicationShutdown(): void {
    this.ending.abort();
  }

  /** Makes a stack of a repository's files, on behalf of whoever asks. @throws Conflict, InvalidParameter with git's words, too */
  create(name: string, request: GitRequest, env: string, signal: AbortSignal): Promise<void> {
    return this.alone(name, async () => {
      await this.stacks.checkFree(name);
      const source = readRequest(request);
      const token = source.user === '' ? '' : (request.token ?? '');
      await this.withTree(name, source, credentialsOf(source, token), signal, async (tree) => {
        await this.check(name, source, tree, env || undefined);
        await this.stacks.checkFree(name);
        await this.files.makeFolder(name);
        try {
          const folder = join(this.files.folder(name), dirname(source.path));
          if (env) await this.files.writeContent(join(folder, '.env'), env);
          this.sources.set(name, { source, token, hook: request.hook, asker: this.askers.current() });
          await this.take(name, source, tree);
        } catch (error) {
          this.sources.forget(name);
          await this.files.remove(name);
          throw error;
        }
      });
    });
  }

  /** Changes where a stack comes from; files of another place are fetched at once, or nothing is changed. */
  change(name: string, request: GitRequest, signal: AbortSignal): Promise<void> {
    return this.alone(name, async () => {
      const before = this.sources.get(name);
      const source = readRequest(request, before);
      const kept = this.sources.credentials(name)?.token ?? '';
      const token = source.user === '' ? '' : (request.token ?? kept);
      const entry = { source, token, hook: request.hook, asker: this.askers.current() };
      if (token === kept && isSamePlace(source, before.source)) return this.sources.set(name, entry);
      await this.withTree(name, source, credentialsOf(source, token), signal, async (tree) => {
        await this.check(name, source, tree, await this.ownEnv(before, source));
        await this.take(name, source, tree);
        this.sources.set(name, entry);
      });
    });
  }

  /** Asks the repository which commit it has, and notes what it says. @throws NotFound, InvalidParameter with git's words */
  async look(name: string, signal: AbortSignal): Promise<string> {
    const { source, state } = this.sources.get(name);
    try {
      const credentials = this.sources.credentials(name);
      const latest = await this.files.withScratch((folder) => asked(latestCommit(source, folder, this.until(signal), credentials)));
      // What a shortened commit stands for does not change.
      const shortened = /^[0-9a-f]{4,39}$/.test(source.ref) && state.commit.startsWith(source.ref);
      if (latest === undefined && !shortened) throw notFound(`there is no branch, tag or commit ${source.ref} in ${source.url}`);
      const commit = latest ?? state.commit;
      const { failure } = this.sources.get(name).state;
      // What was wrong with a commit that has been taken back is wrong no more.
      const over = commit === state.commit && failure?.commit !== commit;
      this.sources.note(name, { latest: commit, checked: Date.now(), error: '', ...(over && { failure: undefined }) });
      return commit;
    } catch (error) {
      this.noteError(name, error);
      throw error;
    }
  }

  /** Puts the repository's present files in the stack's folder. Files that do not make a stack are refused, which is noted. */
  fetch(name: string, signal: AbortSignal): Promise<Fetched> {
    return this.alone(name, async () => {
      const stack = this.sources.get(name);
      const { source } = stack;
      let tree: Tree | undefined;
      try {
        return await this.withTree(name, source, this.sources.credentials(name), signal, async (found) => {
          tree = found;
          await this.check(name, source, found, await this.ownEnv(stack, source));
          const changed = await this.take(name, source, found);
          return { commit: found.commit, changed };
        });
      } catch (error) {
        if (tree) this.noteFailure(name, tree.commit, error);
        else this.noteError(name, error);
        throw error;
      }
    });
  }

  /** Notes why a commit is not what runs. */
  noteFailure(name: string, commit: string, error: unknown): void {
    if (this.ending.signal.aborted) return;
    const failure = { commit, message: messageOf(error) };
    this.sources.note(name, { latest: commit, checked: Date.now(), error: '', failure, deploying: undefined });
  }

  /** Notes that what is in the folder runs. */
  noteDeployed(name: string): void {
    const { failure, commit } = this.sources.find(name)?.state ?? {};
    this.sources.note(name, { deploying: undefined, ...(failure?.commit === commit && { failure: undefined }) });
  }

  /** Leaves the files as they are to whoever edits them. @throws NotFound */
  detach(name: string): void {
    this.sources.detach(name);
    this.stacks.tell();
  }

  private noteError(name: string, error: unknown): void {
    if (this.ending.signal.aborted) return;
    this.sources.note(name, { checked: Date.now(), error: messageOf(error) });
  }

  /** Nobody else changes the stack's files while `work` does. */
  private withTree<T>(
    name: string,
    source: GitSource,
    credentials: GitCredentials | undefined,
    signal: AbortSignal,
    work: (tree: Tree) => Promise<T>,
  ): Promise<T> {
    return this.files.withScratch(async (folder) => {
      const { commit } = await asked(checkOut({ ...source, folder: '' }, folder, this.until(signal), credentials));
      return this.stacks.alone(name, () => work({ folder, commit }));
    });
  }

  /** @param env the user's own file of variables @throws InvalidParameter when the files do not make this stack */
  private async check(name: string, { path }: GitSource, { folder: tree }: Tree, env: string | undefined): Promise<void> {
    const folder = this.files.folder(name);
    const main = join(folder, path);
    const own = join(dirname(main), '.env');
    const before = new Set(this.sources.files(name));
    const read: ReadText = async (at) => {
      if (at === own && env !== undefined) return env;
      const inside = relative(folder, at);
      if (inside.startsWith('../')) return this.stacks.read(name, at);
      const coming = join(tree, inside);
      const text = isConfined() ? await this.files.readOwn(name, coming, tree) : await this.files.read(coming);
      return text ?? (before.has(inside) ? undefined : this.stacks.read(name, at));
    };
    if ((await read(main)) === undefined) throw invalidParameter(`there is no file ${path} in the repository`);
    const request = { files: [main], folder: dirname(main), name, profiles: ['*'] };
    const loaded = await this.stacks.loadFrom(request, read);
    // Where it is in the repository is what helps whoever mends it there.
    projectOf(name, { ...loaded, problems: loaded.problems.map((problem) => ({ ...problem, file: relative(folder, problem.file) })) });
  }

  /** Puts the files in place and notes it. @returns paths of what has changed */
  private async take(name: string, source: GitSource, { folder: tree, commit }: Tree): Promise<string[]> {
    const folder = this.files.folder(name);
    const stack = this.sources.get(name);
    const env = join(dirname(source.path), '.env');
    const own = await this.ownEnv(stack, source);
    const repositoryEnv = await this.files.read(join(tree, env));
    const paths = (await filesBelow(tree)).filter((path) => path !== env || own === undefined);
    const before = new Set(this.sources.files(name));
    if (own !== undefined) before.delete(env);
    // Both until it is done: what is half in place is taken away or completed the next time.
    this.sources.noteFiles(name, new Set([...before, ...paths]));
    const changed = await place(tree, folder, paths, before);
    this.sources.noteFiles(name, paths);
    const content = {
      compose: (await this.stacks.read(name, join(folder, source.path))) ?? '',
      env: (await this.stacks.read(name, join(folder, env))) ?? '',
    };
    this.versions.add(name, content, askerOf()?.name ?? '', commit);
    this.sources.note(name, {
      commit,
      latest: commit,
      checked: Date.now(),
      error: '',
      failure: undefined,
      ...(own === undefined && { env: hash(repositoryEnv) }),
    });
    this.stacks.tell();
    return changed.map((path) => join(folder, path));
  }

  /** The file of variables, unless it is the repository's. */
  private async ownEnv({ name, state }: GitStack, { path }: GitSource): Promise<string | undefined> {
    const text = await this.stacks.read(name, join(this.files.folder(name), dirname(path), '.env'));
    return text === undefined || hash(text) === state.env ? undefined : text;
  }

  private until(signal: AbortSignal): AbortSignal {
    return AbortSignal.any([signal, this.ending.signal]);
  }

  /** One fetch after the other, so that none brings older files than the one before. */
  private async alone<T>(name: string, work: () => Promise<T>): Promise<T> {
    const release = await this.locks.acquire(name);
    try {
      return await work();
    } finally {
      release();
    }
  }
}

/** A repository that is not what it was said to be is nothing wrong with the daemon. */
async function asked<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw kindOf(error) === 'System' ? invalidParameter(messageOf(error), error) : error;
  }
}

function credentialsOf({ user }: GitSource, token: string): GitCredentials | undefined {
  return token === '' ? undefined : { user, token };
}

function isSamePlace(a: GitSource, b: GitSource): boolean {
  return a.url === b.url && a.ref === b.ref && a.path === b.path && a.user === b.user;
}

function hash(text: string | undefined): string {
  return text === undefined ? '' : createHash('sha256').update(text).digest('hex');
}
