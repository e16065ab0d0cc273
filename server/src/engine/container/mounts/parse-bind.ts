import type { HostConfig } from '../../../api/generated/types.gen.js';
import { invalidParameter } from '../../../base/errors.js';
import type { ContainerMount } from '../../../container/mount.js';
import { parseDestination } from './parse-destination.js';

const PROPAGATIONS = new Set(['private', 'rprivate', 'shared', 'rshared', 'slave', 'rslave']);
const LABELS = new Set(['z', 'Z', 'cached', 'consistent', 'delegated', 'default']);

/** Reads `source:destination[:mode]` of Binds; a source without a slash is a volume, none at all an anonymous one. @throws InvalidParameter */
export function parseBind(text: string, hostConfig: HostConfig): ContainerMount {
  const parts = text.split(':');
  if (parts.length > 3 || parts.some((part) => part === '')) throw invalidParameter(`invalid volume specification: '${text}'`);
  const [source, target, mode = ''] = parts.length === 1 ? [undefined, text] : (parts as [string, string, string?]);
  const destination = parseDestination(target);
  const options = parseMode(text, mode);
  if (source?.startsWith('/')) {
    const { writable, propagation, nonRecursive } = options;
    return {
      type: 'bind',
      source: clean(source),
      destination,
      mode,
      writable,
      propagation: propagation || 'rprivate',
      nonRecursive,
      recursiveReadOnly: !writable,
    };
  }
  if (source !== undefined && !/^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/.test(source)) {
    throw invalidParameter(
      `create ${source}: "${source}" includes invalid characters for a local volume name, only "[a-zA-Z0-9][a-zA-Z0-9_.-]" are allowed. ` +
        'If you intended to pass a host directory, use absolute path',
    );
  }
  return {
    type: 'volume',
    name: source ?? '',
    source: '',
    destination,
    ...(hostConfig.VolumeDriver && { driver: hostConfig.VolumeDriver }),
    mode: mode || 'z',
    writable: options.writable,
    propagation: options.propagation,
    copyUp: options.copy,
    anonymous: source === undefined,
  };
}

function parseMode(text: string, mode: string) {
  const options = { writable: true, propagation: '', copy: true, nonRecursive: false };
  for (const option of mode.split(',').filter(Boolean)) {
    if (option === 'ro') options.writable = false;
    else if (option === 'nocopy') options.copy = false;
    else if (option === 'bind-nonrecursive') options.nonRecursive = true;
    else if (PROPAGATIONS.has(option)) options.propagation = option;
    else if (option !== 'rw' && !LABELS.has(option)) throw invalidParameter(`invalid mode: ${mode} in the volume specification '${text}'`);
  }
  return options;
}

function clean(path: string): string {
  return path.replace(/\/+/g, '/').replace(/(.)\/$/, '$1');
}
