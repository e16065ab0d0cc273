import { Injectable } from '@nestjs/common';
import type {
  DistributionInspect as DistributionInspectResult,
  DistributionInspectData,
  OciPlatform,
} from '../../api/generated/types.gen.js';
import { notFound, unauthorized, unavailable } from '../../base/errors.js';
import { checkImageManifest, type ImageManifest, parseManifest } from '../../base/manifest.js';
import { familiar, parseReference, withDefaultTag } from '../../base/reference.js';
import { LARGEST_CONFIG, parseImage } from '../../graph/image.js';
import { parseRegistryAuth } from '../../registry/credentials.js';
import { RegistryError, TransportError } from '../../registry/errors.js';
import { Registry } from '../../registry/registry.js';
import type { Repository } from '../../registry/repository.js';
import type { Job, JobContext } from '../job.js';

export type DistributionInspectParams = DistributionInspectData['path'] & { readonly auth?: string | undefined };

/** Asks a registry what an image name means there, without pulling it. */
@Injectable()
export class DistributionInspect implements Job<DistributionInspectParams, DistributionInspectResult> {
  constructor(private readonly registry: Registry) {}

  async run({ name, auth }: DistributionInspectParams, { signal }: JobContext): Promise<DistributionInspectResult> {
    const reference = withDefaultTag(parseReference(name));
    try {
      const repository = await this.registry.repository(reference, parseRegistryAuth(auth), 'pull', signal);
      const { content, digest, mediaType } = await repository.manifest(reference.digest ?? reference.tag ?? '', signal);
      const manifest = parseManifest(content, mediaType);
      const Platforms =
        manifest.kind === 'index'
          ? manifest.manifests.flatMap(({ platform }) => platform ?? [])
          : [await platformOf(repository, manifest, signal)];
      return { Descriptor: { mediaType: manifest.mediaType, digest, size: content.length }, Platforms };
    } catch (error) {
      throw inspectError(error, familiar(reference));
    }
  }
}

async function platformOf(repository: Repository, manifest: ImageManifest, signal: AbortSignal): Promise<OciPlatform> {
  checkImageManifest(manifest);
  const { os, architecture, variant } = parseImage(await repository.blob(manifest.config, LARGEST_CONFIG, signal));
  return { os, architecture, ...(variant !== undefined && { variant }) };
}

function inspectError(error: unknown, name: string): unknown {
  if (error instanceof TransportError) return unavailable(error.message, error);
  if (!(error instanceof RegistryError)) return error;
  if (error.status === 401 || error.status === 403) return unauthorized(`cannot inspect ${name}: ${error.message}`, error);
  if (error.status === 404) return notFound(`${name} not found: ${error.message}`, error);
  return unavailable(error.message, error);
}
