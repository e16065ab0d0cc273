import type { Mount } from '../api/generated/types.gen.js';
import type { Project, Service } from './project.js';
import type { Surroundings } from './surroundings.js';
import { asList, asTree, compact, text, type Tree } from './tree.js';
import { bytes, number } from './units.js';

/** What a service mounts: plain binds and volumes as Binds, what needs more words as Mounts, configs and secrets as files. */
export function toMounts(project: Project, { spec }: Service, around: Surroundings): { Binds?: string[]; Mounts?: Mount[] } {
  const binds: string[] = [];
  const mounts: Mount[] = [];
  for (const item of asList(spec['volumes'])) {
    const mount = asTree(item);
    const bind = toBind(project, mount);
    if (bind === undefined) mounts.push(toMount(project, mount));
    else binds.push(bind);
  }
  for (const kind of ['configs', 'secrets'] as const)
    for (const use of asList(spec[kind])) mounts.push(toFile(project, kind, asTree(use), around));
  return { ...(binds.length > 0 && { Binds: binds }), ...(mounts.length > 0 && { Mounts: mounts }) };
}

/** `SOURCE:TARGET[:ro]`, where that says all; undefined where it does not. */
function toBind(project: Project, mount: Tree): string | undefined {
  const { type, source, target, read_only, bind, volume } = mount;
  if (String(target).includes(':') || String(source).includes(':')) return undefined;
  const propagation = text(asTree(bind)['propagation']);
  const modes = [read_only === true ? 'ro' : '', propagation ?? '', asTree(volume)['nocopy'] === true ? 'nocopy' : ''].filter(Boolean);
  const end = modes.length > 0 ? `:${modes.join(',')}` : '';
  // A bind of a missing folder makes it, a mount of one fails: that is what create_host_path chooses.
  if (type === 'bind' && asTree(bind)['create_host_path'] !== false) return `${String(source)}:${String(target)}${end || ':rw'}`;
  if (type === 'volume' && source !== undefined && asTree(volume)['subpath'] === undefined && !isExternalLabelled(volume))
    return `${volumeName(project, String(source))}:${String(target)}${end || ':rw'}`;
  return undefined;
}

const isExternalLabelled = (volume: unknown) => asTree(volume)['labels'] !== undefined;

function volumeName(project: Project, key: string): string {
  return project.volumes.get(key)?.name ?? `${project.name}_${key}`;
}

function toMount(project: Project, mount: Tree): Mount {
  const { type, source, target, read_only, bind, volume, tmpfs } = mount;
  const common = { Target: String(target), ReadOnly: read_only === true || undefined };
  if (type === 'tmpfs') {
    const { size, mode } = asTree(tmpfs);
    const options = compact({
      SizeBytes: size === undefined ? undefined : bytes(size, 'size'),
      Mode: mode === undefined ? undefined : number(mode, 'mode'),
    });
    return compact({ ...common, Type: 'tmpfs', TmpfsOptions: Object.keys(options).length > 0 ? options : undefined });
  }
  if (type === 'bind') {
    const propagation = text(asTree(bind)['propagation']) as 'rprivate' | undefined;
    return compact({
      ...common,
      Type: 'bind',
      Source: String(source),
      BindOptions: propagation ? { Propagation: propagation } : undefined,
    });
  }
  const { nocopy, subpath, labels } = asTree(volume);
  const options = compact({
    NoCopy: nocopy === true || undefined,
    Subpath: text(subpath),
    Labels: labels === undefined ? undefined : (asTree(labels) as Record<string, string>),
  });
  return compact({
    ...common,
    Type: 'volume',
    Source: source === undefined ? undefined : volumeName(project, String(source)),
    VolumeOptions: Object.keys(options).length > 0 ? options : undefined,
  });
}

function toFile(project: Project, kind: 'configs' | 'secrets', use: Tree, around: Surroundings): Mount {
  const key = String(use['source']);
  const file = text(project[kind].get(key)?.spec['file']);
  const place = text(use['target']) ?? key;
  const folder = kind === 'secrets' ? '/run/secrets/' : '/';
  return {
    Type: 'bind',
    Source: file ?? around.fileOf(kind, key),
    Target: place.startsWith('/') ? place : `${folder}${place}`,
    ReadOnly: true,
  };
}
