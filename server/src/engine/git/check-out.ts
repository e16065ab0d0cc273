import { realpath, rm } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { invalidParameter, systemError } from '../../base/errors.js';
import { credentialsIn, type GitCredentials, type GitPlace } from './place.js';
import { runGit } from './run-git.js';

/** A repository's files at one commit. */
export interface CheckedOut {
  /** The folder on the host that the place names. */
  readonly folder: string;
  /** Whole hash. */
  readonly commit: string;
}

type Git = (...args: string[]) => Promise<string>;

/**
 * Checks a repository out, with its submodules and without its history.
 * @param folder empty
 * @param given in the place of those that the URL may have
 * @throws System with git's words, InvalidParameter for a folder that is not in it
 */
export async function checkOut(place: GitPlace, folder: string, signal: AbortSignal, given?: GitCredentials): Promise<CheckedOut> {
  const { url, git } = gitFor(place, folder, signal, given);
  await git('init', '--quiet', '--template=');
  try {
    await git('fetch', '--quiet', '--depth=1', '--no-tags', '--', url, place.ref);
    await git('checkout', '--quiet', '--detach', 'FETCH_HEAD');
  } catch (error) {
    if (signal.aborted) throw error;
    // A server that gives out no single commits, or none without their history.
    await git('fetch', '--quiet', '--', url, '+refs/heads/*:refs/remotes/origin/*', '+refs/tags/*:refs/tags/*', 'HEAD');
    await git('checkout', '--quiet', '--detach', await resolve(git, place.ref));
  }
  await git('submodule', '--quiet', 'update', '--init', '--recursive', '--depth=1');
  const commit = (await git('rev-parse', 'HEAD')).trim();
  await rm(join(folder, '.git'), { recursive: true });
  return { folder: await within(folder, place.folder), commit };
}

/**
 * Asks a repository which commit a branch or tag is at, without fetching anything.
 * @param folder any; nothing is written there
 * @returns undefined when only checking it out can tell, as of a shortened commit
 * @throws System with git's words
 */
export async function latestCommit(
  place: Omit<GitPlace, 'folder'>,
  folder: string,
  signal: AbortSignal,
  given?: GitCredentials,
): Promise<string | undefined> {
  const { url, git } = gitFor(place, folder, signal, given);
  const { ref } = place;
  const listed = await git('ls-remote', '--quiet', '--', url, ref, `${ref}^{}`);
  const commits = new Map(
    listed.split('\n').map((line): [string, string] => {
      const [commit = '', name = ''] = line.split('\t');
      return [name, commit];
    }),
  );
  // The order in which a fetch looks; a tag with a message is an object of its own, which names its commit.
  for (const name of [ref, `refs/tags/${ref}^{}`, `refs/tags/${ref}`, `refs/heads/${ref}`]) {
    const commit = commits.get(`${name}^{}`) ?? commits.get(name);
    if (commit) return commit;
  }
  return /^[0-9a-f]{40}$/.test(ref) ? ref : undefined;
}

function gitFor(
  place: Pick<GitPlace, 'url'>,
  folder: string,
  signal: AbortSignal,
  given: GitCredentials | undefined,
): { url: string; git: Git } {
  const { url, credentials } = credentialsIn(place.url);
  return { url, git: (...args) => runGit({ folder, signal, url, credentials: given ?? credentials }, args) };
}

async function resolve(git: Git, ref: string): Promise<string> {
  if (ref === 'HEAD') return 'FETCH_HEAD';
  for (const candidate of [`refs/remotes/origin/${ref}`, `refs/tags/${ref}`, ref]) {
    const found = await git('rev-parse', '--verify', '--quiet', '--end-of-options', `${candidate}^{commit}`).catch(() => '');
    if (found !== '') return found.trim();
  }
  throw systemError(`failed to fetch remote ${ref}: there is no such branch, tag or commit`);
}

/** Symlinks of the repository do not lead out of it. */
async function within(root: string, folder: string): Promise<string> {
  const path = await realpath(join(root, join('/', folder))).catch(() => undefined);
  const own = await realpath(root);
  if (path === own || path?.startsWith(own + sep)) return path;
  throw invalidParameter(`folder ${JSON.stringify(folder)} is not in the git repository`);
}
