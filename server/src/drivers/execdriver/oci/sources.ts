import { join } from 'node:path';
import type { OciSpec } from '../driver.js';

interface Mount {
  readonly source?: string;
  readonly options?: readonly string[];
}

/** By a descriptor of the daemon's. */
const BY_DESCRIPTOR = /^\/proc\/\d+\/fd\/\d+$/;
const SHARED = new Set(['shared', 'rshared']);

/**
 * A runtime works in a mount namespace of the shim's, where the host's mounts are slaves of the host's own. What is to be
 * shared with the host, and what is named by a descriptor, the shim takes along from the host, to the bundle.
 * @returns the spec with the sources there, and what they are copies of, by number
 */
export function withCopiedSources(spec: OciSpec, bundle: string): { spec: OciSpec; sources: readonly string[] } {
  const sources: string[] = [];
  const mounts = ((spec['mounts'] ?? []) as readonly Mount[]).map((mount) => {
    const { source = '', options = [] } = mount;
    if (!BY_DESCRIPTOR.test(source) && !options.some((option) => SHARED.has(option))) return mount;
    return { ...mount, source: join(bundle, 'sources', String(sources.push(source) - 1)) };
  });
  return { spec: { ...spec, mounts }, sources };
}
