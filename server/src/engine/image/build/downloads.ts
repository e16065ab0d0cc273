import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { messageOf, systemError } from '../../../base/errors.js';
import type { Download } from '../../../builder/worker.js';
import type { Progress } from '../progress.js';
import { WorkFolders } from './work-folders.js';

const NAME = 'download';
/** Milliseconds between two messages about the same download. */
const PROGRESS_INTERVAL = 250;

/** Files from the web, for ADD and for contexts. */
@Injectable()
export class Downloads {
  constructor(private readonly folders: WorkFolders) {}

  /** Downloads `url` into a folder of its own, which is there until `work` has settled. @throws System when it cannot be had */
  use<T>(url: string, progress: Progress, signal: AbortSignal, work: (file: Download) => Promise<T>): Promise<T> {
    return this.folders.use(async (folder, path) => {
      const response = await request(url, signal);
      const digest = await save(response, join(path, NAME), progress);
      return work({ folder, name: NAME, digest });
    });
  }
}

/** Redirects lead to http and https only: fetch knows no others. @throws System */
export async function request(url: string, signal: AbortSignal): Promise<Response> {
  const response = await fetch(url, { signal }).catch((error: unknown) => {
    throw systemError(`could not download ${url}: ${messageOf((error as Error).cause ?? error)}`, error);
  });
  if (response.ok && response.body) return response;
  await response.body?.cancel();
  throw systemError(`could not download ${url}: HTTP status ${response.status} ${response.statusText}`);
}

async function save(response: Response, path: string, progress: Progress): Promise<string> {
  const hash = createHash('sha256');
  const total = Number(response.headers.get('content-length') ?? 0);
  let current = 0;
  let told = 0;
  // As Docker has it: what comes from the web nobody but root reads.
  const file = await open(path, 'wx', 0o600);
  try {
    for await (const chunk of Readable.fromWeb(response.body as Parameters<typeof Readable.fromWeb>[0])) {
      hash.update(chunk as Buffer);
      await file.write(chunk as Buffer);
      current += (chunk as Buffer).length;
      if (performance.now() - told < PROGRESS_INTERVAL) continue;
      told = performance.now();
      await progress({ status: 'Downloading', progressDetail: { current, ...(total > 0 && { total }) } });
    }
    const modified = Date.parse(response.headers.get('last-modified') ?? '');
    const time = Number.isNaN(modified) ? new Date(0) : new Date(modified);
    await file.utimes(time, time);
  } finally {
    await file.close();
  }
  return `sha256:${hash.digest('hex')}`;
}
