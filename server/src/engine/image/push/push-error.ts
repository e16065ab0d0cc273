import { cancelled, forbidden, KindError, systemError, unauthorized, unavailable } from '../../../base/errors.js';
import { familiarName, type Reference } from '../../../base/reference.js';
import { RegistryError, TransportError } from '../../../registry/errors.js';

/** Puts what a registry said into the words that Docker's clients look for. */
export function pushError(error: unknown, reference: Reference, signal: AbortSignal): unknown {
  if (signal.aborted) return cancelled(`the push of ${familiarName(reference)} was cancelled`, error);
  if (error instanceof KindError) return error;
  if (error instanceof RegistryError && error.status === 401) return unauthorized(error.message, error);
  if (error instanceof RegistryError && error.status === 403) return forbidden(error.message, error);
  if (error instanceof RegistryError || error instanceof TransportError) return unavailable(error.message, error);
  return systemError((error as Error).message, error);
}
