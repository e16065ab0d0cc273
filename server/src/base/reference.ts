import { invalidParameter } from './errors.js';

/** The name of an image, normalised: `busybox` is docker.io/library/busybox. */
export interface Reference {
  /** Registry host, with its port. */
  readonly domain: string;
  /** Path of the repository at the registry. */
  readonly path: string;
  readonly tag: string | undefined;
  readonly digest: string | undefined;
}

const ALPHANUMERIC = '[a-z0-9]+';
const COMPONENT = `${ALPHANUMERIC}(?:(?:[._]|__|-+)${ALPHANUMERIC})*`;
const PATH = new RegExp(`^${COMPONENT}(?:/${COMPONENT})*$`);
const DOMAIN_LABEL = '(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])';
const DOMAIN = new RegExp(`^(?:${DOMAIN_LABEL}(?:\\.${DOMAIN_LABEL})*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?$`);
const TAG = /^\w[\w.-]{0,127}$/;
const DIGEST = /^[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}$/;
const BARE_ID = /^[a-f0-9]{64}$/;
const LONGEST_NAME = 255;
const LONGEST_TEXT = 1024;

const DEFAULT_DOMAIN = 'docker.io';
const OLD_DEFAULT_DOMAIN = 'index.docker.io';
const OFFICIAL = 'library/';

/**
 * Parses what a person may write for an image name, after the distribution/reference grammar.
 * @throws InvalidParameter with Docker's words
 */
export function parseReference(text: string): Reference {
  if (text.length > LONGEST_TEXT) throw invalidParameter('invalid reference format: it is too long');
  if (BARE_ID.test(text)) {
    throw invalidParameter(`invalid repository name (${text}), cannot specify 64-byte hexadecimal strings`);
  }
  const at = text.indexOf('@');
  const digest = at < 0 ? undefined : text.slice(at + 1);
  const named = at < 0 ? text : text.slice(0, at);
  const colon = named.lastIndexOf(':');
  const tagged = colon > named.lastIndexOf('/');
  const name = tagged ? named.slice(0, colon) : named;
  const tag = tagged ? named.slice(colon + 1) : undefined;
  const { domain, path } = splitDomain(name);
  if (path.toLowerCase() !== path && PATH.test(path.toLowerCase())) {
    throw invalidParameter(`invalid reference format: repository name (${path}) must be lowercase`);
  }
  const valid =
    PATH.test(path) &&
    DOMAIN.test(domain) &&
    path.length <= LONGEST_NAME &&
    (tag === undefined || TAG.test(tag)) &&
    (digest === undefined || DIGEST.test(digest));
  if (!valid) throw invalidParameter('invalid reference format');
  return { domain, path, tag, digest };
}

/** A tag alone, as `docker tag` and `docker pull` send it. @throws InvalidParameter */
export function parseTag(text: string): string {
  if (!TAG.test(text)) throw invalidParameter(`invalid tag format: ${JSON.stringify(text)}`);
  return text;
}

/** The reference with the tag `latest` when it has neither tag nor digest. */
export function withDefaultTag(reference: Reference): Reference {
  return reference.tag === undefined && reference.digest === undefined ? { ...reference, tag: 'latest' } : reference;
}

/** Name of the repository: domain and path. */
export function repositoryOf(reference: Reference): string {
  return `${reference.domain}/${reference.path}`;
}

/** The whole reference, written out: what names are stored under. */
export function canonical(reference: Reference): string {
  return repositoryOf(reference) + suffixOf(reference);
}

/** The repository as people write it: without docker.io and library/. */
export function familiarName(reference: Reference): string {
  if (reference.domain !== DEFAULT_DOMAIN) return repositoryOf(reference);
  const { path } = reference;
  return path.startsWith(OFFICIAL) && !path.includes('/', OFFICIAL.length) ? path.slice(OFFICIAL.length) : path;
}

/** The reference as people write it. */
export function familiar(reference: Reference): string {
  return familiarName(reference) + suffixOf(reference);
}

function suffixOf({ tag, digest }: Reference): string {
  return (tag === undefined ? '' : `:${tag}`) + (digest === undefined ? '' : `@${digest}`);
}

function splitDomain(name: string): { domain: string; path: string } {
  const slash = name.indexOf('/');
  const first = name.slice(0, Math.max(slash, 0));
  const isHost = /[.:]/.test(first) || first === 'localhost' || first.toLowerCase() !== first;
  if (slash < 0 || !isHost) return { domain: DEFAULT_DOMAIN, path: slash < 0 ? OFFICIAL + name : name };
  const rest = name.slice(slash + 1);
  if (first !== DEFAULT_DOMAIN && first !== OLD_DEFAULT_DOMAIN) return { domain: first, path: rest };
  return { domain: DEFAULT_DOMAIN, path: rest.includes('/') ? rest : OFFICIAL + rest };
}
