import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const manifest = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8')) as { version: string };

/** What the daemon says it is. */
export const PRODUCT = { name: 'Slipway', version: manifest.version } as const;
