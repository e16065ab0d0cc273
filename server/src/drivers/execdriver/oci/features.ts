import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { OciRuntime } from '../../../base/config.js';

const run = promisify(execFile);

/** What a runtime says of itself (OCI runtime spec, "Features structure"). */
export interface Features {
  readonly ociVersionMax?: string;
  readonly linux?: { readonly namespaces?: readonly string[] | null };
}

/** Asks a runtime for its features; one that cannot tell has none but what every runtime has. */
export async function readFeatures({ path, args }: OciRuntime): Promise<Features> {
  try {
    const { stdout } = await run(path, [...args, 'features'], { timeout: 10_000, killSignal: 'SIGKILL' });
    return JSON.parse(stdout) as Features;
  } catch {
    // The command is younger than the runtimes in use.
    return {};
  }
}
