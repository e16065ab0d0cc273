// Running other programs, and telling people about it in a line each.
import { spawn } from 'node:child_process';
import { join } from 'node:path';

/** The repository's top folder. */
export const root = join(import.meta.dirname, '../../..');

/** The binary of the Node version that the project pins; only there once npm packages are installed. */
export const node = join(root, 'node_modules/node/bin/node');

/** PATH with the project's own tools first, so that every child runs on the pinned Node. */
export const environment = { ...process.env, PATH: `${join(root, 'node_modules/.bin')}:${process.env.PATH}` };

/** A step of set-up that could not be done; its message is all a person needs, no stack. */
export class SetupError extends Error {}

/** One progress line. Goes to stderr, so that stdout is the daemon's (or the test report's) alone. */
export function say(line) {
  process.stderr.write(`${line}\n`);
}

/**
 * Runs a program to its end and resolves to its exit code and all it printed.
 * A program ended by a signal, or not found, counts as 128 or 127; `live` lets its output through at once instead of keeping it.
 * @param {{cwd?: string, env?: NodeJS.ProcessEnv, live?: boolean, timeoutMs?: number}} [options]
 * @returns {Promise<{code: number, output: string}>}
 */
export function run(command, args, { cwd = root, env = environment, live = false, timeoutMs } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd, env, timeout: timeoutMs, stdio: live ? 'inherit' : ['ignore', 'pipe', 'pipe'] });
    const chunks = [];
    child.stdout?.on('data', (chunk) => chunks.push(chunk));
    child.stderr?.on('data', (chunk) => chunks.push(chunk));
    const output = () => Buffer.concat(chunks).toString();
    child.once('error', (error) => resolve({ code: 127, output: `${command}: ${error.message}\n` }));
    child.once('close', (code, signal) =>
      resolve({ code: code ?? 128, output: signal ? `${output()}${command} was ended by ${signal}\n` : output() }),
    );
  });
}

/** Like run, for programs that must succeed: throws a SetupError that says what failed, with all the program printed. */
export async function must(command, args, options) {
  const { code, output } = await run(command, args, options);
  if (code !== 0) throw new SetupError(`${[command, ...args].join(' ')} failed (exit code ${code})\n${output}`.trimEnd());
  return output;
}

/** Runs a tool's main function; a SetupError becomes a plain message and exit code 1. */
export async function main(body) {
  try {
    await body();
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    say(`slipway: ${error.message}`);
    process.exit(1);
  }
}
