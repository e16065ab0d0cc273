import { posix } from 'node:path';
import { forbidden, invalidParameter, kindOf, notFound } from '../../../base/errors.js';
import type { Container } from '../../../container/container.js';

/**
 * A path as clients name it, absolute and clean. "." and ".." are taken off before any symlink is followed, as Docker does;
 * a "/" or "/." at its end stays, since it asks for what a symlink leads to.
 * @throws InvalidParameter for an empty one
 */
export function archivePath(path: string): string {
  if (path === '') throw invalidParameter('bad parameter: path cannot be empty');
  if (path.includes('\0')) throw invalidParameter('bad parameter: path holds a NUL');
  const clean = posix.join('/', path).replace(/(?<=.)\/$/, '');
  if (clean === '/') return clean;
  if (path === '.' || path.endsWith('/.')) return `${clean}/.`;
  return path.endsWith('/') ? `${clean}/` : clean;
}

/** What the root of the archive of `path` is called in it: clients put their own names in its place. */
export function archiveName(path: string): string {
  if (path === '/') return '/.';
  return path.endsWith('/.') ? '.' : posix.basename(path);
}

/** The error of an operation on `path`, in Docker's words. @param reference the container, as the client called it */
export function archiveError(error: unknown, container: Container, path: string, reference: string): unknown {
  if (kindOf(error) === 'NotFound') return notFound(`Could not find the file ${path} in container ${reference}`, error);
  if (kindOf(error) !== 'Forbidden') return error;
  const inVolume = container.record.mounts.some(({ destination }) => `${path}/`.startsWith(`${destination}/`));
  return forbidden(inVolume ? 'mounted volume is marked read-only' : 'container rootfs is marked read-only', error);
}
