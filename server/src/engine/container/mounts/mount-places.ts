import type { LayerChange } from '../../../drivers/graphdriver/driver.js';

/** Where the runtime mounts something in every container, and makes a place for it when the image has none. */
const PLACES = new Set([
  '/dev',
  '/dev/console',
  '/dev/pts',
  '/dev/shm',
  '/proc',
  '/sys',
  '/sbin/docker-init',
  '/usr/sbin/docker-init',
  '/etc/hosts',
  '/etc/hostname',
  '/etc/resolv.conf',
]);
/** Folders that the making of such a place touches, or makes. */
const FOLDERS = new Set(['/dev', '/etc', '/sbin', '/usr', '/usr/sbin']);

const ADDED = 1;
const DELETED = 2;

/** Places that were made in a container's layer to mount something on. */
export function mountPlaces(changes: readonly LayerChange[]): string[] {
  return changes.filter(({ path, kind }) => kind === ADDED && PLACES.has(path)).map(({ path }) => path);
}

/** The changes that a container made itself: without the places that were made to mount something on. */
export function withoutMountPlaces(changes: readonly LayerChange[]): LayerChange[] {
  const places = new Set(mountPlaces(changes));
  const own = changes.filter(({ path }) => !places.has(path));
  const touched = (folder: string) => [...places].some((place) => place.startsWith(`${folder}/`));
  const empty = (folder: string) => !own.some(({ path }) => path.startsWith(`${folder}/`));
  return own.filter(({ path, kind }) => kind === DELETED || !FOLDERS.has(path) || !touched(path) || !empty(path));
}
