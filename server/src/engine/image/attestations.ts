import { Injectable } from '@nestjs/common';
import type { AttestationStatement, ImageAttestationsData } from '../../api/generated/types.gen.js';
import { attestationsOf, statementsOf } from '../../base/attestation.js';
import { digestOf } from '../../base/digest.js';
import { invalidParameter, systemError } from '../../base/errors.js';
import { parseManifest } from '../../base/manifest.js';
import { parsePlatformJson } from '../../base/platform.js';
import { Images, type Manifest } from '../../graph/images.js';
import type { Job } from '../job.js';

export type ImageAttestationsParams = ImageAttestationsData['path'] & NonNullable<ImageAttestationsData['query']>;

/** Lists the statements that came with an image. */
@Injectable()
export class ImageAttestations implements Job<ImageAttestationsParams, AttestationStatement[]> {
  constructor(private readonly images: Images) {}

  async run({ name, platform = [], type = [], statement = false }: ImageAttestationsParams): Promise<AttestationStatement[]> {
    if (platform.length > 1) throw invalidParameter('statements are about the image of one platform: give one platform');
    const { id } = this.images.get(name, platform[0] === undefined ? undefined : parsePlatformJson(platform[0]));
    return attestationManifests(this.images.manifests(id))
      .flatMap(({ content, mediaType }) => statementsOf(content, mediaType))
      .filter(({ predicateType }) => type.length === 0 || type.includes(predicateType))
      .map(({ descriptor: { mediaType, digest, size, annotations }, predicateType }) => ({
        Descriptor: { mediaType, digest, size, ...(annotations && { annotations }) },
        PredicateType: predicateType,
        ...(statement && { Statement: this.statement(id, digest) }),
      }));
  }

  private statement(image: string, digest: string): { [key: string]: unknown } {
    const content = this.images.statement(image, digest);
    if (!content) throw systemError(`statement ${digest} about image ${image} is not here: pull it again`);
    return JSON.parse(content.toString('utf8')) as { [key: string]: unknown };
  }
}

/** Those of the manifests that an index among them names as being about another among them. */
function attestationManifests(manifests: readonly Manifest[]): Manifest[] {
  const byDigest = new Map<string, Manifest>(manifests.map((each) => [digestOf(each.content), each]));
  const about = manifests.flatMap(({ content, mediaType }) => {
    const index = parseManifest(content, mediaType);
    return index.kind === 'index' ? [...byDigest.keys()].flatMap((digest) => attestationsOf(index, digest)) : [];
  });
  return [...new Set(about.map(({ digest }) => digest))].flatMap((digest) => byDigest.get(digest) ?? []);
}
