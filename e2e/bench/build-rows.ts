import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BUSYBOX } from '../fixtures/busybox.ts';
import type { Contender } from './contender.ts';
import { docker } from './image-rows.ts';
import { alternate, type Samples, timed } from './measure.ts';

const TAG = 'built:bench';
const FILES = 5_000;

const DOCKERFILE = `FROM ${BUSYBOX}
ENV NODE_ENV=production
WORKDIR /app
COPY package.json /app/
RUN mkdir -p /app/node_modules && cp package.json node_modules/
COPY src /app/src
RUN find /app/src -type f | wc -l > /app/count
RUN echo sailor:x:1000:1000::/app:/bin/sh >> /etc/passwd
LABEL org.example.ship=slipway
EXPOSE 8080
RUN echo built > /app/done
CMD ["cat", "/app/count"]
`;

/** Builds a Dockerfile of 12 steps, with the classic builder of both. @param fresh nothing comes from the cache */
export function builds(fresh: boolean) {
  return async (sides: readonly Contender[], count: number): Promise<Samples> => {
    const context = makeContext();
    try {
      for (const side of sides) await build(side, context, false);
      const samples = await alternate(sides, count, async (side) => {
        const milliseconds = await timed(() => build(side, context, fresh));
        // Without this each image of the same name would be one more to keep.
        if (fresh) await docker(side, 'image', 'prune', '-f');
        return milliseconds;
      });
      for (const side of sides) await docker(side, 'rmi', '-f', TAG);
      return samples;
    } finally {
      rmSync(context, { recursive: true });
    }
  };
}

async function build(side: Contender, context: string, fresh: boolean): Promise<void> {
  const flags = ['-q', '-t', TAG, ...(fresh ? ['--no-cache'] : [])];
  const { code, stderr } = await side.docker.run(['build', ...flags, context], {
    env: { ...side.docker.env, DOCKER_BUILDKIT: '0' },
    timeoutMs: 600_000,
  });
  if (code !== 0) throw new Error(`docker build on ${side.name} ended with ${code}: ${stderr}`);
}

function makeContext(): string {
  const root = mkdtempSync(join(tmpdir(), 'slipway-bench-context-'));
  writeFileSync(join(root, 'Dockerfile'), DOCKERFILE);
  writeFileSync(join(root, 'package.json'), '{"name":"bench"}\n');
  for (let index = 0; index < FILES; index++) {
    const folder = join(root, 'src', `part-${index % 50}`);
    if (index < 50) mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `module-${index}.js`), `export const number = ${index};\n`.repeat(60));
  }
  return root;
}
