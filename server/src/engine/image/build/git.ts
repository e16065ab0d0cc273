import { execFile } from 'node:child_process';
import { realpath, rm } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { promisify } from 'node:util';
import { cancelled, invalidParameter, systemError } from '../../../base/errors.js';

/** A place in a git repository: URL#ref:folder. */
export interface GitPlace {
  readonly url: string;
  /** Branch, tag or commit. */
  readonly ref: string;
  readonly folder: string;
}

const run = promisify(execFile);
const SCHEMES = /^(?:https?|git|ssh):\/\//;
/** Longest that one git command may take, in milliseconds. */
const PATIENCE = 600_000;

/** Whether a remote is meant to be a git repository, as Docker tells: by scheme, by host or by its ".git". */
export function isGit(remote: string): boolean {
  return /^(?:git:\/\/|ssh:\/\/|github\.com\/|git@)/.test(remote) || /^https?:\/\/[^#]+\.git(?:#.*)?$/.test(remote);
}

/**
 * Reads the URL of a git context. Nothing in it can be taken for an option or for another kind of transport.
 * @throws InvalidParameter
 */
export function parseGitUrl(remote: string): GitPlace {
  const hash = remote.indexOf('#');
  const address = hash < 0 ? remote : remote.slice(0, hash);
  const [ref = '', folder = '', ...more] = (hash < 0 ? '' : remote.slice(hash + 1)).split(':');
  const scp = /^git@([\w.-]+):([\w./~-]+)$/.exec(address);
  const url = address.startsWith('github.com/') ? `https://${address}` : scp ? `ssh://git@${scp[1]}/${scp[2]}` : address;
  // eslint-disable-next-line no-control-regex
  const odd = /[\u0000-\u0020\u007f]/.test(remote) || more.length > 0 || !SCHEMES.test(url) || !URL.canParse(url);
  if (odd || new URL(url).hostname.startsWith('-')) throw invalidParameter(`invalid git context ${JSON.stringify(remote)}`);
  if (ref.startsWith('-') || /\.\.|[~^:?*[\\]|@\{/.test(ref)) throw invalidParameter(`invalid git reference ${JSON.stringify(ref)}`);
  return { url, ref: ref || 'HEAD', folder };
}

/**
 * Checks a repository out, with its submodules and without its history.
 * @param folder empty
 * @returns the folder on the host that the place names
 * @throws System with git's words, InvalidParameter for a folder that is not in it
 */
export async function checkOut(place: GitPlace, folder: string, signal: AbortSignal): Promise<string> {
  const git = (...args: string[]) => runGit(folder, args, signal);
  await git('init', '--quiet', '--template=');
  try {
    await git('fetch', '--quiet', '--depth=1', '--no-tags', '--', place.url, place.ref);
    await git('checkout', '--quiet', '--detach', 'FETCH_HEAD');
  } catch (error) {
    if (signal.aborted) throw error;
    // A server that gives out no single commits, or none without their history.
    await git('fetch', '--quiet', '--', place.url, '+refs/heads/*:refs/remotes/origin/*', '+refs/tags/*:refs/tags/*', 'HEAD');
    await git('checkout', '--quiet', '--detach', await resolve(git, place.ref));
  }
  await git('submodule', '--quiet', 'update', '--init', '--recursive', '--depth=1');
  await rm(join(folder, '.git'), { recursive: true });
  return within(folder, place.folder);
}

async function resolve(git: (...args: string[]) => Promise<string>, ref: string): Promise<string> {
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

/** Runs git with nobody's configuration, no prompts, and no transport that reads this machine's files or runs commands. */
async function runGit(folder: string, args: readonly string[], signal: AbortSignal): Promise<string> {
  const env = {
    PATH: process.env['PATH'],
    HOME: folder,
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_TERMINAL_PROMPT: '0',
    GIT_ALLOW_PROTOCOL: 'https:http:git:ssh',
    GIT_SSH_COMMAND: 'ssh -o BatchMode=yes',
    ...proxies(),
  };
  try {
    const { stdout } = await run('git', ['-c', 'core.hooksPath=/dev/null', '-c', 'advice.detachedHead=false', ...args], {
      cwd: folder,
      env,
      signal,
      timeout: PATIENCE,
      maxBuffer: 1 << 20,
    });
    return stdout;
  } catch (error) {
    if (signal.aborted) throw cancelled('Build cancelled', error);
    const { code, stderr = '', message } = error as Error & { code?: unknown; stderr?: string };
    if (code === 'ENOENT') throw systemError('unable to find git: install it to build from git repositories', error);
    throw systemError(`git ${args[0]} failed: ${stderr.trim() || message}`, error);
  }
}

function proxies(): Record<string, string> {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => /^(https?|no|all)_proxy$/i.test(name))) as Record<string, string>;
}
