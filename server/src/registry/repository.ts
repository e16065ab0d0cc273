import { type Digest, digestOf, isDigest } from '../base/digest.js';
import { invalidParameter, systemError } from '../base/errors.js';
import { type Descriptor, LARGEST_MANIFEST, MediaType } from '../base/manifest.js';
import { parseTag } from '../base/reference.js';
import { downloadBlob, type DownloadOptions } from './download.js';
import { RegistryError } from './errors.js';
import { retry } from './retry.js';
import type { RegistryRequest, Session } from './session.js';
import type { HttpResponse, Patience } from './transport.js';

/** A manifest or index as the registry sent it, its digest verified. */
export interface RemoteManifest {
  readonly content: Buffer;
  readonly mediaType: string;
  readonly digest: Digest;
}

const ACCEPT = [MediaType.ociIndex, MediaType.dockerList, MediaType.ociManifest, MediaType.dockerManifest].join(', ');
const LARGEST_TAG_LIST = 16 << 20;
const MOST_PAGES = 1000;

/** One repository at one registry. OCI distribution spec 1.1. */
export class Repository {
  /** @param actions what the token is asked for: pull, or pull,push */
  constructor(
    readonly session: Session,
    readonly path: string,
    private readonly patience: Patience,
    private readonly actions: 'pull' | 'pull,push' = 'pull',
  ) {}

  get scope(): string {
    return `repository:${this.path}:${this.actions}`;
  }

  /**
   * Fetches a manifest by tag or digest. What comes by digest has it; what comes by tag has the digest it is announced with.
   * @throws RegistryError, TransportError, InvalidParameter when it is too large or not what it should be
   */
  manifest(reference: string, signal?: AbortSignal): Promise<RemoteManifest> {
    return retry(this.patience, signal, async () => {
      const response = await this.send({ method: 'GET', path: `/manifests/${reference}`, headers: { accept: ACCEPT }, signal }, [200]);
      const content = await readBody(response, LARGEST_MANIFEST, `manifest ${reference}`);
      const digest = digestOf(content);
      const announced = response.headers['docker-content-digest'];
      const expected = isDigest(reference) ? reference : isDigest(announced) ? announced : digest;
      if (digest !== expected)
        throw invalidParameter(`manifest verification failed for digest ${expected}: the content has digest ${digest}`);
      return { content, digest, mediaType: typeOf(response) };
    });
  }

  /** Digest and size of a manifest without its content. @throws RegistryError */
  async headManifest(reference: string, signal?: AbortSignal): Promise<void> {
    const response = await this.send({ method: 'HEAD', path: `/manifests/${reference}`, headers: { accept: ACCEPT }, signal }, [200]);
    response.body.resume();
  }

  /** Fetches a small blob whole, verified. @param limit bytes it may have at most */
  blob(descriptor: Descriptor, limit: number, signal?: AbortSignal): Promise<Buffer> {
    if (descriptor.size > limit) throw invalidParameter(`blob ${descriptor.digest} of ${descriptor.size} bytes is too large`);
    return retry(this.patience, signal, async () => {
      const response = await this.send({ method: 'GET', path: `/blobs/${descriptor.digest}`, signal }, [200]);
      const content = await readBody(response, descriptor.size, `blob ${descriptor.digest}`);
      if (digestOf(content) !== descriptor.digest)
        throw invalidParameter(`verification failed for digest ${descriptor.digest}: content differs`);
      return content;
    });
  }

  /**
   * The bytes of a blob from the first to the last, through breaks of the connection; the caller verifies the digest. One that
   * the registry does not have comes from the URLs of its descriptor (OCI image spec: descriptor.md), without any login.
   */
  download(descriptor: Descriptor, options: DownloadOptions): AsyncGenerator<Buffer> {
    const places = [`/blobs/${descriptor.digest}`, ...(descriptor.urls ?? []).filter((url) => this.mayFetch(url))];
    const open = async (from: number) => {
      const headers = from > 0 ? { range: `bytes=${from}-${descriptor.size - 1}` } : undefined;
      let failure: unknown;
      for (const path of places) {
        try {
          return await this.send({ method: 'GET', path, headers, signal: options.signal }, [200, 206]);
        } catch (error) {
          failure ??= error;
          if (!(failure instanceof RegistryError) || failure.status !== 404) throw failure;
        }
      }
      throw failure;
    };
    return downloadBlob(open, descriptor, this.patience, options);
  }

  private mayFetch(url: string): boolean {
    return URL.canParse(url) && this.session.mayFollow(new URL(url));
  }

  /** All tags, in the registry's order. */
  async tags(signal?: AbortSignal): Promise<string[]> {
    const tags: string[] = [];
    let path: string | undefined = `/tags/list`;
    for (let page = 0; path !== undefined; page++) {
      if (page === MOST_PAGES) throw systemError(`the tag list of ${this.path} does not end`);
      const from: string = path;
      const response: HttpResponse = await retry(this.patience, signal, () => this.send({ method: 'GET', path: from, signal }, [200]));
      const json = JSON.parse((await readBody(response, LARGEST_TAG_LIST, 'tag list')).toString('utf8')) as { tags?: unknown };
      for (const tag of Array.isArray(json.tags) ? json.tags : []) tags.push(parseTag(String(tag)));
      path = nextPage(response.headers.link);
    }
    return tags;
  }

  /** Sends a request below /v2/NAME, or to the URL the registry gave out. */
  send(request: Omit<RegistryRequest, 'scope'>, expected: readonly number[]): Promise<HttpResponse> {
    const own = request.path.startsWith('/v2/') || URL.canParse(request.path);
    return this.session.send({ ...request, path: own ? request.path : `/v2/${this.path}${request.path}`, scope: this.scope }, expected);
  }
}

/** The body of an answer, of `limit` bytes at most. */
async function readBody({ body }: HttpResponse, limit: number, what: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += (chunk as Buffer).length;
    if (size > limit) throw invalidParameter(`${what} is larger than ${limit} bytes`);
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}

function typeOf({ headers }: HttpResponse): string {
  return (
    String(headers['content-type'] ?? '')
      .split(';')[0]
      ?.trim() ?? ''
  );
}

/** RFC 8288 Link to the next page. */
function nextPage(link: string | string[] | undefined): string | undefined {
  return /<([^>]+)>\s*;\s*rel="?next"?/.exec([link ?? []].flat().join(', '))?.[1];
}
