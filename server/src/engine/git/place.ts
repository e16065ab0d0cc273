import { invalidParameter } from '../../base/errors.js';

/** A place in a git repository: URL#ref:folder. */
export interface GitPlace {
  readonly url: string;
  /** Branch, tag or commit. */
  readonly ref: string;
  readonly folder: string;
}

/** What a repository over HTTP asks for. */
export interface GitCredentials {
  readonly user: string;
  /** Token or password. */
  readonly token: string;
}

const SCHEMES = /^(?:https?|git|ssh):\/\//;

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
  const [ref = '', folder = '', ...more] = (hash < 0 ? '' : remote.slice(hash + 1)).split(':');
  const url = repositoryUrl(hash < 0 ? remote : remote.slice(0, hash));
  if (url === undefined || isOdd(remote) || more.length > 0) throw invalidParameter(`invalid git context ${JSON.stringify(remote)}`);
  return { url, ref: checkedRef(ref), folder };
}

/**
 * The URL of a repository, from whichever spelling people use.
 * @throws InvalidParameter for what is none, and for one with a password in it
 */
export function readRepository(address: string): string {
  const url = isOdd(address) || address.includes('#') ? undefined : repositoryUrl(address);
  if (url === undefined)
    throw invalidParameter(`${JSON.stringify(withoutSecrets(address))} is no address of a git repository: begin with https:// or ssh://`);
  if (credentialsIn(url).credentials) throw invalidParameter('user and token are not part of the address: give them in their own fields');
  return url;
}

/** HEAD for none. @throws InvalidParameter for what cannot be a branch, tag or commit */
export function checkedRef(ref: string): string {
  if (isOdd(ref) || ref.startsWith('-') || /\.\.|[~^:?*[\\]|@\{/.test(ref))
    throw invalidParameter(`invalid git reference ${JSON.stringify(ref)}`);
  return ref || 'HEAD';
}

/** Takes the credentials out of a URL, so that they are not where everybody reads them. */
export function credentialsIn(url: string): { readonly url: string; readonly credentials: GitCredentials | undefined } {
  const parsed = new URL(url);
  if (!/^https?:$/.test(parsed.protocol) || (parsed.username === '' && parsed.password === '')) return { url, credentials: undefined };
  const credentials = { user: decoded(parsed.username), token: decoded(parsed.password) };
  [parsed.username, parsed.password] = ['', ''];
  return { url: parsed.href, credentials };
}

function repositoryUrl(address: string): string | undefined {
  const scp = /^git@([\w.-]+):([\w./~-]+)$/.exec(address);
  const url = address.startsWith('github.com/') ? `https://${address}` : scp ? `ssh://git@${scp[1]}/${scp[2]}` : address;
  return SCHEMES.test(url) && URL.canParse(url) && !new URL(url).hostname.startsWith('-') ? url : undefined;
}

function isOdd(text: string): boolean {
  // eslint-disable-next-line no-control-regex
  return /[\u0000-\u0020\u007f]/.test(text);
}

function withoutSecrets(address: string): string {
  return address.replace(/\/\/[^/@]*@/, '//');
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
