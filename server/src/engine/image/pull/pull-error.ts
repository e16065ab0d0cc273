import { cancelled, KindError, notFound, systemError, unauthorized, unavailable } from '../../../base/errors.js';
import { familiar, familiarName, type Reference } from '../../../base/reference.js';
import { RegistryError, TransportError } from '../../../registry/errors.js';

/** Puts what a registry said into the words that Docker's clients look for. */
export function pullError(error: unknown, reference: Reference, signal: AbortSignal): unknown {
  if (signal.aborted) return cancelled(`the pull of ${familiar(reference)} was cancelled`, error);
  if (error instanceof TransportError) return unavailable(error.message, error);
  if (!(error instanceof RegistryError))
    return error instanceof KindError ? error : systemError(String((error as Error).message ?? error), error);
  if (error.status === 401 && error.code === '') return unauthorized(`unauthorized: ${error.message}`, error);
  if (error.status === 401 || error.status === 403) {
    const words = `pull access denied for ${familiarName(reference)}, repository does not exist or may require 'docker login'`;
    return notFound(`${words}: ${error.message}`, error);
  }
  if (error.code === 'NAME_UNKNOWN') return notFound(`repository ${familiarName(reference)} not found: ${error.message}`, error);
  if (error.code === 'MANIFEST_UNKNOWN' || (error.status === 404 && error.code !== 'BLOB_UNKNOWN')) {
    return notFound(`manifest for ${familiar(reference)} not found: ${error.message}`, error);
  }
  return unavailable(error.message, error);
}
