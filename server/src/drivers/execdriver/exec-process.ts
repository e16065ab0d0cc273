import { Socket } from 'node:net';
import { runtime } from '../../libcontainer/index.js';
import type { ExecProcess, ExitStatus } from './driver.js';
import { ControlConnection } from './control-connection.js';

/** How an exec's shim is started. */
export interface ExecLaunch {
  /** The shim's launch options as JSON. */
  readonly options: string;
  /** The `linux.seccomp` of the container as JSON, "" for none. */
  readonly seccomp: string;
  /** The process waits for the word to start. */
  readonly waits: boolean;
}

/** When the shim was killed, nobody knows how its process ended. */
const LOST: Omit<ExitStatus, 'finishedAt'> = { exitCode: 137, signal: 9, oomKilled: false };

/** Starts a process in a container. Resolves when it runs; rejects as `start` of a container does. */
export async function startExec({ options, seccomp, waits }: ExecLaunch): Promise<ExecProcess> {
  const shim = await runtime.launchExec({ options, seccomp });
  const stream = new Socket({ fd: shim.stream, readable: true, writable: true, allowHalfOpen: true });
  const exit = Promise.withResolvers<ExitStatus>();
  const made = Promise.withResolvers<number>();
  const control = new ControlConnection(new Socket({ fd: shim.control, readable: true, writable: true }), {
    state: made.resolve,
    exit: (status) => {
      exit.resolve(status);
      control.end();
    },
    failed: made.reject,
    closed: () => {
      made.reject(new Error('the shim of the exec has ended'));
      exit.resolve({ ...LOST, finishedAt: Date.now() });
      void runtime.reap(shim.pid);
    },
  });
  try {
    const [pid] = await Promise.all([made.promise, waits ? control.request('start') : undefined]);
    return {
      pid,
      stream,
      exit: exit.promise,
      resize: async (rows, columns) => void (await control.request('resize', rows, columns)),
      signal: async (signal) => void (await control.request('signal', signal)),
    };
  } catch (error) {
    stream.destroy();
    control.end();
    // Whichever of the two came second says less.
    throw await made.promise.then(
      () => error,
      (reason: unknown) => reason,
    );
  }
}
