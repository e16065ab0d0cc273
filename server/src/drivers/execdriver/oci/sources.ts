import { stat } from 'node:fs/promises';
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
  const mounts = mountsOf(spec).map((mount) => {
    const { source = '', options = [] } = mount;
    if (!BY_DESCRIPTOR.test(source) && !options.some((option) => SHARED.has(option))) return mount;
    return { ...mount, source: join(bundle, 'sources', String(sources.push(source) - 1)) };
  });
  return { spec: { ...spec, mounts }, sources };
}

/** Files without what goes for the mounts below them: they have none, and crun takes them for folders then. */
export async function withPlainFiles(spec: OciSpec): Promise<OciSpec> {
  const mounts = mountsOf(spec).map(async (mount) => {
    const { source = '', options = [] } = mount;
    if (!options.includes('rro') || (await stat(source)).isDirectory()) return mount;
    return { ...mount, options: options.filter((option) => option !== 'rro') };
  });
  return { ...spec, mounts: await Promise.all(mounts) };
}

function mountsOf(spec: OciSpec): readonly Mount[] {
  return (spec['mounts'] ?? []) as readonly Mount[];
}
