import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The steps of the daemon's work, such as "GraphDriver.remove begins" or "Database.write ends", for tests that have it killed at
 * each of them: with SLIPWAY_STEPS=FOLDER in the environment, FOLDER/passed gets a line for every step, and the daemon kills
 * itself, as nothing that it could clean up after, once there are as many lines as FOLDER/last says. Without it nothing is done.
 */
const folder = process.env['SLIPWAY_STEPS'];

/** Methods of drivers that change something. */
const CHANGING = new Set(
  [
    'adopt create start dispose pause resume update signal',
    'commit createReadWrite discard recover remove',
    'createNetwork deleteNetwork publish restore unpublish join setRoutes unplug',
    'mount retain unmount',
  ].flatMap((names) => names.split(' ')),
);

/** Passes a step. */
export function passStep(name: string): void {
  if (folder === undefined) return;
  const passed = join(folder, 'passed');
  appendFileSync(passed, `${name}\n`);
  const last = join(folder, 'last');
  if (!existsSync(last)) return;
  const count = readFileSync(passed, 'utf8').split('\n').length - 1;
  if (count >= Number(readFileSync(last, 'utf8'))) process.kill(process.pid, 'SIGKILL');
}

/** The driver, whose methods pass a step as they begin and one as they end; so do those of a process that it gives. */
export function withSteps<Driver extends object>(driver: Driver, name: string): Driver {
  if (folder === undefined) return driver;
  return new Proxy(driver, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value !== 'function') return value;
      if (typeof key !== 'string' || !CHANGING.has(key)) return value.bind(target) as unknown;
      return async (...args: unknown[]) => {
        passStep(`${name}.${key} begins`);
        const result: unknown = await value.apply(target, args);
        passStep(`${name}.${key} ends`);
        return isProcess(result) ? withSteps(result, 'Process') : result;
      };
    },
  });
}

function isProcess(result: unknown): result is object {
  return typeof result === 'object' && result !== null && 'dispose' in result;
}
