import { Injectable } from '@nestjs/common';
import { familiar, parseReference, withDefaultTag } from '../base/reference.js';
import { Engine } from '../engine/engine.js';
import { ImagePush } from '../engine/image/push.js';
import { RegistryLogins } from '../registry/logins.js';
import type { Report } from './report.js';

/** Pushes images with the login that is kept for their registry, telling of every layer. */
@Injectable()
export class ImagePushing {
  constructor(
    private readonly engine: Engine,
    private readonly logins: RegistryLogins,
  ) {}

  /** What is pushed when people name it so. @throws InvalidParameter */
  target(text: string): string {
    return familiar(withDefaultTag(parseReference(text)));
  }

  /** @param image a name with its tag */
  async run(image: string, report: Report, signal: AbortSignal): Promise<void> {
    const subject = `image ${image}`;
    const { tag } = parseReference(image);
    const auth = this.logins.headerFor(image);
    report({ subject, status: 'Pushing' });
    await this.engine.run(
      ImagePush,
      {
        name: image,
        ...(tag && { tag }),
        ...(auth && { auth }),
        progress: ({ id, status = '', progressDetail }) => {
          if (!id || !/^[0-9a-f]{12}/.test(id)) return;
          const done = /^(Pushed|Layer already exists|Mounted from .*)$/.test(status);
          report({ subject, part: id, status, done, ...progressDetail });
        },
      },
      { signal },
    );
    report({ subject, status: 'Pushed', done: true });
  }
}
