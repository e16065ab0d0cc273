import { setTimeout as wait } from 'node:timers/promises';
import { RegistryError, TransportError } from './errors.js';
import type { Patience } from './transport.js';

const LONGEST_WAIT = 20_000;

/** Whether the same request may go better the next time. */
export function mayHelp(error: unknown): boolean {
  if (error instanceof RegistryError) return error.isTemporary;
  if (error instanceof TransportError) return mayHelp(error.cause);
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' && (code.startsWith('UND_ERR_') || code === 'ECONNRESET' || code === 'EPIPE' || code === 'EAI_AGAIN');
}

/** Waits before try number `tried` + 1, longer each time, or as long as the registry asks. */
export async function backOff(patience: Patience, tried: number, error: unknown, signal: AbortSignal | undefined): Promise<void> {
  const asked = error instanceof RegistryError && error.retryAfter !== undefined ? error.retryAfter * 1000 : 0;
  await wait(Math.min(Math.max(asked, patience.backOff * 2 ** (tried - 1)), LONGEST_WAIT), undefined, { signal });
}

/** Does `work` until it succeeds, fails for good or has been tried often enough. */
export async function retry<T>(patience: Patience, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
  for (let tried = 1; ; tried++) {
    try {
      return await work();
    } catch (error) {
      signal?.throwIfAborted();
      if (tried >= patience.tries || !mayHelp(error)) throw error;
      await backOff(patience, tried, error, signal);
    }
  }
}
