import type { DockerCli } from '../fixtures/docker.ts';
import type { EngineHttp } from '../fixtures/engine-http.ts';

/** One side of the comparison: a daemon driven by the same docker CLI. */
export interface Contender {
  readonly name: 'dockerd' | 'Slipway';
  readonly docker: DockerCli;
  readonly http: EngineHttp;
  /** Versions of all its parts, for the report. */
  readonly version: string;
  /** Program and arguments that start something where the daemon finds it on loopback. */
  readonly beside: readonly string[];
  /** Process IDs whose memory is the daemon's. */
  daemons(): Promise<number[]>;
  /** What it has in the kernel and on the disk, by kind: only of the side whose leaks are looked for. */
  census?(): Promise<Record<string, number>>;
  /** Another daemon of this kind, on a root of its own. */
  another(): Promise<Contender>;
  /** Ends the daemon; its files stay until `stop`. */
  end(): Promise<void>;
  /** Ends the daemon and deletes all it had. */
  stop(): Promise<void>;
}
