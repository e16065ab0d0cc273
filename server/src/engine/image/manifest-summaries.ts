import { Injectable } from '@nestjs/common';
import type { ImageManifestSummary } from '../../api/generated/types.gen.js';
import { attestedBy, statementsOf } from '../../base/attestation.js';
import { digestOf } from '../../base/digest.js';
import { type Descriptor, parseManifest } from '../../base/manifest.js';
import type { Platform } from '../../base/platform.js';
import { Containers } from '../../container/store.js';
import type { Image } from '../../graph/image.js';
import { Images, type Manifest } from '../../graph/images.js';

/** A manifest that is here, and the image that came by it. */
interface Kept extends Manifest {
  readonly image: Image;
}

/** The manifests that images came by: those of their indexes, of which their own and what is said about them are here. */
@Injectable()
export class ManifestSummaries {
  constructor(
    private readonly images: Images,
    private readonly containers: Containers,
  ) {}

  /** @param platforms an image and those of other platforms that it shares names with; the manifests of all of them */
  of(platforms: readonly Image[]): ImageManifestSummary[] {
    const manifests = platforms.flatMap((image) => this.images.manifests(image.id).map((each): Kept => ({ ...each, image })));
    const here = new Map(manifests.map((each) => [digestOf(each.content) as string, each]));
    const listed = new Map<string, Descriptor>();
    for (const { content, mediaType } of manifests) {
      const parsed = parseManifest(content, mediaType);
      if (parsed.kind === 'index') for (const each of parsed.manifests) listed.set(each.digest, each);
    }
    for (const [digest, { content, mediaType }] of here) {
      const parsed = parseManifest(content, mediaType);
      if (parsed.kind === 'index' || listed.has(digest)) continue;
      listed.set(digest, { mediaType: parsed.mediaType, digest: digestOf(content), size: content.length });
    }
    return [...listed.values()].map((descriptor) => this.summary(descriptor, here.get(descriptor.digest)));
  }

  private summary(descriptor: Descriptor, manifest: Kept | undefined): ImageManifestSummary {
    const { mediaType, digest, size, platform, annotations } = descriptor;
    const common = {
      ID: digest,
      Descriptor: { mediaType, digest, size, ...(platform && { platform: { ...platform } }), ...(annotations && { annotations }) },
      Available: manifest !== undefined,
    };
    const about = attestedBy(descriptor);
    if (about !== undefined) {
      const content = manifest ? attestationSize(manifest) : 0;
      return { ...common, Size: { Content: content, Total: content }, Kind: 'attestation', AttestationData: { For: about } };
    }
    const of = platform ?? (manifest && platformOf(manifest.image));
    if (!of) return { ...common, Size: { Content: 0, Total: 0 }, Kind: 'unknown' };
    const unpacked = manifest?.image.size ?? 0;
    const content = manifest?.content.length ?? 0;
    return {
      ...common,
      Size: { Content: content, Total: content + unpacked },
      Kind: 'image',
      ImageData: { Platform: { ...of }, Containers: manifest ? this.users(manifest.image.id) : [], Size: { Unpacked: unpacked } },
    };
  }

  private users(image: string): string[] {
    return [...this.containers.all()].filter(({ record }) => record.image === image).map(({ id }) => id);
  }
}

function platformOf({ os, architecture, variant }: Image): Platform {
  return { os, architecture, ...(variant !== undefined && { variant }) };
}

function attestationSize({ content, mediaType }: Manifest): number {
  return statementsOf(content, mediaType).reduce((sum, { descriptor }) => sum + descriptor.size, content.length);
}
