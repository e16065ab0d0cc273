import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { pack } from 'tar-stream';
import { heredocContent } from '../dockerfile/heredoc.js';
import type { CopyScene } from './scene.js';
import type { CopySource } from './sources.js';

/** The files that stand in the Dockerfile itself, with variables put in where their names are not quoted. */
export function heredocSources({ instruction, expand }: CopyScene): CopySource[] {
  return instruction.heredocs.map((heredoc) => {
    const content = heredoc.expand ? expand.text(heredocContent(heredoc)) : heredocContent(heredoc);
    return {
      files: {
        pack: (_, name) => {
          const tar = pack();
          tar.entry({ name, mode: 0o644 }, content);
          tar.finalize();
          return Readable.from(tar as AsyncIterable<Buffer>);
        },
        read: () => Readable.from([Buffer.from(content)]),
      },
      path: `/${heredoc.name}`,
      name: heredoc.name,
      folder: false,
      extract: false,
      digest: `sha256:${createHash('sha256').update(content).digest('hex')}`,
    };
  });
}
