import type { Mount } from '../../../api/generated/types.gen.js';
import { existsSync } from 'node:fs';
import { invalidParameter } from '../../../base/errors.js';
import type { ContainerMount } from '../../../container/mount.js';
import { parseDestination } from './parse-destination.js';

/** Reads one entry of Mounts. @throws InvalidParameter naming what is wrong */
export function parseMount(mount: Mount): ContainerMount {
  const { Type: type = 'volume', Target, Source = '' } = mount;
  const wrong = (what: string) => invalidParameter(`invalid mount config for type "${type}": ${what}`);
  if (!Target) throw wrong('field Target must not be empty');
  const destination = parseDestination(Target);
  const base = { source: '', destination, mode: '', writable: !mount.ReadOnly };
  if (type === 'bind') {
    if (!Source) throw wrong('field Source must not be empty');
    if (!Source.startsWith('/')) throw wrong(`invalid mount path: '${Source}' mount path must be absolute`);
    const { CreateMountpoint = false, Propagation, NonRecursive = false, ReadOnlyNonRecursive } = mount.BindOptions ?? {};
    if (!CreateMountpoint && !existsSync(Source)) throw wrong(`bind source path does not exist: ${Source}`);
    return {
      ...base,
      type,
      source: Source,
      propagation: Propagation || 'rprivate',
      nonRecursive: NonRecursive,
      recursiveReadOnly: base.writable ? false : !ReadOnlyNonRecursive,
      strict: !CreateMountpoint,
    };
  }
  if (type === 'volume') {
    if (Source.startsWith('/')) throw wrong(`invalid mount path: '${Source}' mount path must be a volume name`);
    const { DriverConfig, NoCopy, Subpath } = mount.VolumeOptions ?? {};
    const driver = DriverConfig?.Name;
    return {
      ...base,
      type,
      name: Source,
      ...(driver && { driver }),
      mode: 'z',
      propagation: '',
      copyUp: !NoCopy && !Subpath,
      anonymous: Source === '',
      ...(Subpath && { subpath: Subpath }),
    };
  }
  if (type === 'tmpfs') {
    if (Source) throw wrong('field Source must not be specified');
    return { ...base, type, propagation: '', options: tmpfsOptions(mount) };
  }
  if (type === 'image') {
    if (!Source) throw wrong('field Source must not be empty');
    const subpath = mount.ImageOptions?.Subpath;
    return { ...base, type, source: Source, propagation: '', ...(subpath && { subpath }) };
  }
  throw invalidParameter(`mount type unknown: "${type}"`);
}

function tmpfsOptions({ TmpfsOptions, ReadOnly }: Mount): string[] {
  const { SizeBytes, Mode, Options } = TmpfsOptions ?? {};
  return [
    ...(ReadOnly ? ['ro'] : []),
    ...(SizeBytes ? [`size=${SizeBytes}`] : []),
    ...(Mode ? [`mode=${Mode.toString(8)}`] : []),
    ...(Options ?? []).map((option) => option.join('=')),
  ];
}
