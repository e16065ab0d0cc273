import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { type Digest, digestOf } from '../base/digest.js';
import { systemError } from '../base/errors.js';
import { RegistryError } from './errors.js';
import type { Repository } from './repository.js';

/** A blob that is at the registry now. */
export interface UploadedBlob {
  readonly digest: Digest;
  /** Bytes as it is there. */
  readonly size: number;
}

/** Whether the repository has the blob. @throws RegistryError, TransportError */
export async function hasBlob(repository: Repository, digest: string, signal: AbortSignal): Promise<boolean> {
  try {
    const response = await repository.send({ method: 'HEAD', path: `/blobs/${digest}`, signal }, [200]);
    response.body.resume();
    return true;
  } catch (error) {
    if (error instanceof RegistryError && error.status === 404) return false;
    throw error;
  }
}

/**
 * Asks the registry to take the blob over from another of its repositories. @returns whether it did
 * @param from path of the other repository
 */
export async function mountBlob(repository: Repository, digest: string, from: string, signal: AbortSignal): Promise<boolean> {
  const query = new URLSearchParams({ mount: digest, from });
  const response = await repository.send({ method: 'POST', path: `/blobs/uploads/?${query}`, signal }, [201, 202]);
  response.body.resume();
  return response.status === 201;
}

/** Uploads a small blob. */
export async function uploadContent(repository: Repository, content: Buffer, signal: AbortSignal): Promise<UploadedBlob> {
  const digest = digestOf(content);
  if (!(await hasBlob(repository, digest, signal))) {
    const location = await startUpload(repository, signal);
    await finishUpload(repository, location, digest, content, signal);
  }
  return { digest, size: content.length };
}

/**
 * Uploads a compressed layer as it comes.
 * @param onChunk told of each piece that is on its way
 */
export async function uploadLayer(
  repository: Repository,
  compressed: Readable,
  onChunk: () => void,
  signal: AbortSignal,
): Promise<UploadedBlob> {
  const location = await startUpload(repository, signal);
  const hash = createHash('sha256');
  let size = 0;
  async function* body() {
    for await (const chunk of compressed as AsyncIterable<Buffer>) {
      hash.update(chunk);
      size += chunk.length;
      onChunk();
      yield chunk;
    }
  }
  try {
    const headers = { 'content-type': 'application/octet-stream' };
    const response = await repository.send({ method: 'PATCH', path: location, headers, body: body(), signal }, [202, 204]);
    response.body.resume();
    const digest: Digest = `sha256:${hash.digest('hex')}`;
    await finishUpload(repository, locationOf(repository, response.headers.location), digest, undefined, signal);
    return { digest, size };
  } finally {
    compressed.destroy();
  }
}

/** Puts a manifest there under a tag or its digest. */
export async function putManifest(
  repository: Repository,
  reference: string,
  content: Buffer,
  mediaType: string,
  signal: AbortSignal,
): Promise<void> {
  const headers = { 'content-type': mediaType };
  const response = await repository.send(
    { method: 'PUT', path: `/manifests/${reference}`, headers, body: content, signal },
    [200, 201, 202],
  );
  response.body.resume();
}

async function startUpload(repository: Repository, signal: AbortSignal): Promise<string> {
  const response = await repository.send({ method: 'POST', path: '/blobs/uploads/', signal }, [202]);
  response.body.resume();
  return locationOf(repository, response.headers.location);
}

async function finishUpload(
  repository: Repository,
  location: string,
  digest: Digest,
  body: Buffer | undefined,
  signal: AbortSignal,
): Promise<void> {
  const url = new URL(location);
  url.searchParams.set('digest', digest);
  const headers = { 'content-type': 'application/octet-stream', 'content-length': String(body?.length ?? 0) };
  const response = await repository.send({ method: 'PUT', path: url.href, headers, body, signal }, [201, 204]);
  response.body.resume();
}

/** Where an upload goes on; may be another host than the registry's, and then gets no login. */
function locationOf({ session }: Repository, location: string | string[] | undefined): string {
  const text = String(location ?? '');
  if (text === '' || !URL.canParse(text, session.origin)) throw systemError('the registry says no place for the upload');
  return new URL(text, session.origin).href;
}
