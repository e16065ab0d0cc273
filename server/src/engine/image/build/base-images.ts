import { Injectable } from '@nestjs/common';
import { invalidParameter } from '../../../base/errors.js';
import { parsePlatform } from '../../../base/platform.js';
import { parseReference, withDefaultTag } from '../../../base/reference.js';
import type { Lane } from '../../../builder/output.js';
import type { Image } from '../../../graph/image.js';
import { Images } from '../../../graph/images.js';
import { ANONYMOUS, type Credentials, credentialsOf } from '../../../registry/credentials.js';
import { ImagePull } from '../pull/pull.js';

/** Logins by the name of the registry. */
export type RegistryLogins = ReadonlyMap<string, Credentials>;

export interface BaseRequest {
  readonly name: string;
  readonly platform: string | undefined;
  /** Pull it even if it is there. */
  readonly pull: boolean;
  readonly logins: RegistryLogins;
  readonly lane: Lane;
  readonly signal: AbortSignal;
}

const HUB = ['https://index.docker.io/v1/', 'index.docker.io', 'docker.io'];

/** The images that builds begin with. */
@Injectable()
export class BaseImages {
  constructor(
    private readonly images: Images,
    private readonly pulls: ImagePull,
  ) {}

  /** The image of that name, pulled when it is not there for the platform. @throws NotFound, what a pull throws */
  async find(request: BaseRequest): Promise<Image> {
    const { name, pull, logins, lane, signal } = request;
    const platform = request.platform ? parsePlatform(request.platform) : undefined;
    const local = pull ? undefined : this.images.find(name, platform);
    if (local) return local;
    const reference = withDefaultTag(parseReference(name));
    const keys = reference.domain === 'docker.io' ? HUB : [reference.domain, `https://${reference.domain}`];
    const credentials = keys.map((key) => logins.get(key)).find((login) => login !== undefined) ?? ANONYMOUS;
    await this.pulls.pull({ reference, platform, credentials, progress: (message) => lane.emit(message), signal });
    return this.images.get(name, platform);
  }
}

/** Reads the header X-Registry-Config: base64 of JSON from registry to AuthConfig. @throws InvalidParameter */
export function parseRegistryConfig(header: string | undefined): RegistryLogins {
  if (!header) return new Map();
  let json: unknown;
  try {
    json = JSON.parse(Buffer.from(header, 'base64url').toString('utf8'));
  } catch (error) {
    throw invalidParameter('invalid X-Registry-Config header: expected the base64 of JSON', error);
  }
  return new Map(
    Object.entries((json ?? {}) as Record<string, Record<string, unknown>>).map(([name, config]) => [name, credentialsOf(config)]),
  );
}
