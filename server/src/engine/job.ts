import type { Undo } from '../base/undo.js';

/** What a job is given besides its parameters. */
export interface JobContext {
  /** Where each acquired thing registers its undo; unwound by the engine when the job throws. */
  readonly undo: Undo;
  /** Aborted when the client goes away or the daemon shuts down. */
  readonly signal: AbortSignal;
  /** API version the caller speaks, such as '1.44'. */
  readonly version: string;
}

/** One operation of the API. Its class bears the operationId; its constructor takes the rooms it joins. */
export interface Job<Params, Result> {
  /**
   * Key of the lock that is held while the job runs, such as `container/ID`; undefined runs without one.
   * Jobs that wait or stream take none.
   * @throws NotFound when what is to be locked does not exist
   */
  lock?(params: Params): string | undefined;
  /** Does the work. Throws a KindError; whatever it registered in `context.undo` is then unwound. */
  run(params: Params, context: JobContext): Promise<Result>;
}

/** A job's class: what `engine.run` is called with. */
export type JobClass<Params, Result> = abstract new (...rooms: never[]) => Job<Params, Result>;
