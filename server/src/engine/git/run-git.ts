import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { cancelled, systemError } from '../../base/errors.js';
import type { GitCredentials } from './place.js';

/** What a git command works on. */
export interface GitCall {
  /** Working folder. */
  readonly folder: string;
  readonly signal: AbortSignal;
  /** Whom the credentials are for; they go to no other host. */
  readonly url: string;
  readonly credentials: GitCredentials | undefined;
}

const run = promisify(execFile);
/** Longest that one git command may take, in milliseconds. */
const PATIENCE = 600_000;
/** What git asks for credentials: a shell's own words, so that they are in nobody's arguments. */
const HELPER = '!f() { test "$1" = get && printf "username=%s\\npassword=%s\\n" "$SLIPWAY_GIT_USER" "$SLIPWAY_GIT_TOKEN"; }; f';

/**
 * Runs git with nobody's configuration, no prompts, and no transport that reads this machine's files or runs commands.
 * @returns what it printed
 * @throws System with git's words, Cancelled
 */
export async function runGit({ folder, signal, url, credentials }: GitCall, args: readonly string[]): Promise<string> {
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
    ...(credentials && helperFor(url, credentials)),
  };
  try {
    const { stdout } = await run('git', ['-c', 'core.hooksPath=/dev/null', '-c', 'advice.detachedHead=false', ...args], {
      cwd: folder,
      env,
      signal,
      timeout: PATIENCE,
      maxBuffer: 1 << 24,
    });
    return stdout;
  } catch (error) {
    if (signal.aborted) throw cancelled('git was called off');
    const { code, stderr = '', killed } = error as Error & { code?: unknown; stderr?: string; killed?: boolean };
    if (code === 'ENOENT') throw systemError('unable to find git: install it to use git repositories');
    if (killed) throw systemError(`git ${args[0]} took longer than ${PATIENCE / 60_000} minutes`);
    throw systemError(`git ${args[0]} failed: ${explained(without(credentials, stderr.trim())) || `exit code ${String(code)}`}`);
  }
}

/** Answers for the repository's own host alone, to which redirects and submodules may lead away from. */
function helperFor(url: string, { user, token }: GitCredentials): Record<string, string> {
  return {
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: `credential.${new URL(url).origin}.helper`,
    GIT_CONFIG_VALUE_0: HELPER,
    SLIPWAY_GIT_USER: oneLine(user),
    SLIPWAY_GIT_TOKEN: oneLine(token),
  };
}

/** A line break would tell git something else. */
function oneLine(text: string): string {
  // eslint-disable-next-line no-control-regex
  return text.replaceAll(/[\u0000\r\n]/g, '');
}

/** What git says of credentials, said to people first. */
function explained(said: string): string {
  const text = said.replaceAll(/^(?:fatal|error): /gm, '');
  if (/terminal prompts disabled/.test(text)) return `the repository is not public, or not there: it asks for a user and a token (${text})`;
  if (/Authentication failed/.test(text)) return `the repository does not take this user and token (${text})`;
  return text;
}

/** What a server says may repeat what it was sent. */
function without(credentials: GitCredentials | undefined, text: string): string {
  return credentials?.token ? text.replaceAll(credentials.token, '***') : text;
}

function proxies(): Record<string, string> {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => /^(https?|no|all)_proxy$/i.test(name))) as Record<
    string,
    string
  >;
}
