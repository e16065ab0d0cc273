import { cancelled, invalidParameter, KindError, systemError } from '../base/errors.js';

/** Turns what `archive` of the addon throws into an error of a kind: a bad archive is the caller's fault, the rest the system's. */
export function archiveError(error: unknown): Error {
  if (error instanceof KindError) return error;
  const { code, syscall, path, message } = error as NodeJS.ErrnoException;
  const named = path ? `${syscall}: "${path}"` : (syscall ?? message);
  if (code === 'EBADMSG') return invalidParameter(named, error);
  if (code === 'ECANCELED') return cancelled('reading the archive was stopped', error);
  if (code === 'ENOSPC') return systemError(`no space left on device: free some and try again (${named})`, error);
  return systemError(message, error);
}

/** Awaits work of the addon. */
export async function settle<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw archiveError(error);
  }
}
