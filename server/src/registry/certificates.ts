import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { systemError } from '../base/errors.js';

/** Where administrators put what one registry needs: HOST[:PORT]/{*.crt, *.cert with *.key}. */
export const CERTIFICATES = '/etc/docker/certs.d';

/** Certificates for one registry, in PEM. */
export interface HostCertificates {
  /** Authorities that are trusted for it beside the usual ones. */
  readonly ca: readonly string[];
  /** What the daemon shows of itself, and the keys for it in the same order. */
  readonly cert: readonly string[];
  readonly key: readonly string[];
  /** Another one when a file has changed. */
  readonly state: string;
}

/**
 * Reads the certificates for a host; undefined when there are none.
 * @param host as in a URL, with its port unless that is the scheme's own
 * @throws System for a client certificate without a key
 */
export function certificatesOf(host: string, root = CERTIFICATES): HostCertificates | undefined {
  const folder = join(root, host);
  const names = namesIn(folder);
  if (names.length === 0) return undefined;
  const read = (name: string) => readFileSync(join(folder, name), 'utf8');
  const clients = names.filter((name) => name.endsWith('.cert'));
  const keys = clients.map((name) => name.replace(/\.cert$/, '.key'));
  const missing = keys.findIndex((name) => !names.includes(name));
  if (missing >= 0) {
    throw systemError(`missing key ${keys[missing]} for client certificate ${clients[missing]}: authorities must use the extension .crt`);
  }
  return {
    ca: names.filter((name) => name.endsWith('.crt')).map(read),
    cert: clients.map(read),
    key: keys.map(read),
    state: names.map((name) => `${name} ${statSync(join(folder, name)).mtimeMs}`).join(' '),
  };
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => /\.(?:crt|cert|key)$/.test(name))
      .sort();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // A client may ask for a host whose name no folder can have.
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENAMETOOLONG') return [];
    throw systemError(`cannot read the certificates in ${folder}`, error);
  }
}
