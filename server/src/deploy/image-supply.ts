import { Injectable } from '@nestjs/common';
import { notFound } from '../base/errors.js';
import { familiar, parseReference, withDefaultTag } from '../base/reference.js';
import { Engine } from '../engine/engine.js';
import { ImageCreate } from '../engine/image/create.js';
import { RegistryLogins } from '../registry/logins.js';
import { Inspection } from './inspection.js';
import type { Report } from './report.js';

export type PullPolicy = 'always' | 'missing' | 'never';

/** Gets images for deployments, telling of every layer. */
@Injectable()
export class ImageSupply {
  constructor(
    private readonly engine: Engine,
    private readonly inspection: Inspection,
    private readonly logins: RegistryLogins,
  ) {}

  /**
   * The ID of an image, pulled as the policy says.
   * @throws NotFound when it is not here and may not be pulled; Cancelled
   */
  async get(
    reference: string,
    policy: PullPolicy,
    options: { subject: string; platform?: string; report: Report; signal: AbortSignal },
  ): Promise<string> {
    const here = await this.inspection.imageId(reference);
    if (here && policy !== 'always') return here;
    if (policy === 'never') throw notFound(`the image ${reference} is not here, and must not be pulled`);
    await this.pull(reference, options);
    const id = await this.inspection.imageId(reference);
    if (!id) throw notFound(`No such image: ${reference}`);
    return id;
  }

  private async pull(
    reference: string,
    { subject, platform, report, signal }: { subject: string; platform?: string; report: Report; signal: AbortSignal },
  ): Promise<void> {
    const parsed = parseReference(reference);
    const fromImage = parsed.digest === undefined ? familiar(withDefaultTag(parsed)) : familiar(parsed);
    report({ subject, status: `Pulling ${fromImage}` });
    const auth = this.logins.headerFor(fromImage);
    await this.engine.run(
      ImageCreate,
      {
        fromImage,
        ...(platform && { platform }),
        ...(auth && { auth }),
        progress: ({ id, status = '', progressDetail }) => {
          if (!id || !/^[0-9a-f]{12}/.test(id)) return;
          const done = /^(Pull complete|Already exists)$/.test(status);
          report({ subject, part: id, status, done, ...progressDetail });
        },
      },
      { signal },
    );
  }
}
