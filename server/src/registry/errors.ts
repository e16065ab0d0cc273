import type { Readable } from 'node:stream';
import { messageOf } from '../base/errors.js';

/** What a registry answered instead of what it was asked for. OCI distribution spec, "Error codes". */
export class RegistryError extends Error {
  /**
   * @param status HTTP status
   * @param code such as MANIFEST_UNKNOWN; empty when the answer had none
   */
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    /** Seconds the registry asks to wait. */
    readonly retryAfter: number | undefined,
  ) {
    super(message);
    this.name = 'RegistryError';
  }

  /** Asking again may help. */
  get isTemporary(): boolean {
    return this.status >= 500 || this.status === 429 || this.status === 408;
  }
}

/** The registry was not reached or broke off. */
export class TransportError extends Error {
  constructor(method: string, url: string, cause: unknown) {
    super(`${method[0]}${method.slice(1).toLowerCase()} "${url}": ${explain(cause)}`, { cause });
    this.name = 'TransportError';
  }
}

const LARGEST_BODY = 64 << 10;

/** Reads the error of an answer that is none of the expected. */
export async function readError(
  status: number,
  headers: Readonly<Record<string, string | string[] | undefined>>,
  body: Readable,
): Promise<RegistryError> {
  const text = await readSome(body);
  const retryAfter = Number(headers['retry-after']);
  const { code, message } = firstError(text);
  const words = code === '' ? `unexpected HTTP status ${status} from the registry` : code.toLowerCase().replaceAll('_', ' ');
  return new RegistryError(status, code, message ? `${words}: ${message}` : words, Number.isFinite(retryAfter) ? retryAfter : undefined);
}

function firstError(text: string): { code: string; message: string } {
  try {
    const json = JSON.parse(text) as { errors?: { code?: unknown; message?: unknown }[]; details?: unknown };
    const first = json.errors?.[0];
    if (first)
      return { code: typeof first.code === 'string' ? first.code : '', message: typeof first.message === 'string' ? first.message : '' };
    return { code: '', message: typeof json.details === 'string' ? json.details : '' };
  } catch {
    return { code: '', message: '' };
  }
}

async function readSome(body: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of body) {
      chunks.push(chunk as Buffer);
      size += (chunk as Buffer).length;
      if (size > LARGEST_BODY) break;
    }
  } catch (error) {
    return JSON.stringify({ details: messageOf(error) });
  }
  return Buffer.concat(chunks).toString('utf8');
}

const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ENOTFOUND: 'no such host',
  EAI_AGAIN: 'the host name cannot be resolved for now',
  UND_ERR_CONNECT_TIMEOUT: 'the connection timed out',
  UND_ERR_HEADERS_TIMEOUT: 'the registry did not answer in time',
  UND_ERR_BODY_TIMEOUT: 'the registry stopped sending',
  UND_ERR_SOCKET: 'the registry closed the connection',
  ECONNRESET: 'the registry closed the connection',
  ERR_SSL_WRONG_VERSION_NUMBER: 'http: server gave HTTP response to HTTPS client',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'http: server gave HTTP response to HTTPS client',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'tls: failed to verify certificate: it is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'tls: failed to verify certificate: its authority is unknown',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'tls: failed to verify certificate: its authority is unknown',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'tls: failed to verify certificate: its authority is unknown',
  CERT_HAS_EXPIRED: 'tls: failed to verify certificate: it has expired',
};

function explain(cause: unknown): string {
  const code = (cause as { code?: unknown } | null)?.code;
  const words = typeof code === 'string' ? WORDS[code] : undefined;
  return words ?? messageOf(cause);
}
