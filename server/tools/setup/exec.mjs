// Becoming another program: signals and exit code are the other's.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';

/** Replaces this process where Node can (24 and later); elsewhere runs the program as a child and passes signals and its end on. */
export function exec(file, args) {
  if (typeof process.execve === 'function') process.execve(file, [file, ...args], process.env);
  const child = spawn(file, args, { stdio: 'inherit' });
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGUSR1', 'SIGUSR2']) process.on(signal, () => child.kill(signal));
  child.once('error', (error) => {
    process.stderr.write(`slipway: ${file} could not be started: ${error.message}\n`);
    process.exit(127);
  });
  child.once('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
}
