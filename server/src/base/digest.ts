import { createHash } from 'node:crypto';
import { invalidParameter } from './errors.js';

/** `sha256:` and 64 hex digits, as the OCI image spec writes content addresses. */
export type Digest = `sha256:${string}`;

const DIGEST = /^sha256:[a-f0-9]{64}$/;

export function isDigest(text: unknown): text is Digest {
  return typeof text === 'string' && DIGEST.test(text);
}

/**
 * The digest in `text`; `what` names it in the error.
 * @throws InvalidParameter for anything but sha256 with 64 lower-case hex digits
 */
export function parseDigest(text: unknown, what: string): Digest {
  if (isDigest(text)) return text;
  throw invalidParameter(`invalid digest ${JSON.stringify(text)} of ${what}: expected sha256 and 64 hex digits`);
}

export function digestOf(content: Uint8Array | string): Digest {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}

/**
 * The chain ID of the layer `diffId` on top of `parent`, which names the whole stack and not the layer alone.
 * OCI image spec, config.md, "Layer ChainID".
 */
export function chainId(parent: string | undefined, diffId: string): Digest {
  return parent === undefined ? (diffId as Digest) : digestOf(`${parent} ${diffId}`);
}

/** Chain IDs of a stack of diff IDs, lowest layer first. */
export function chainIds(diffIds: readonly string[]): Digest[] {
  let parent: Digest | undefined;
  return diffIds.map((diffId) => (parent = chainId(parent, diffId)));
}
