import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** Programs of the native part that others run, by their paths. Nothing is loaded. */
const folder = join(dirname(createRequire(import.meta.url).resolve('@slipway/native/package.json')), 'build');

/** docker-init: pid 1 of containers that ask for one. */
export const initProgram = join(folder, 'docker-init');

/** The native runtime as the command line of an OCI runtime. */
export const runtimeProgram = join(folder, 'slipway-runtime');
