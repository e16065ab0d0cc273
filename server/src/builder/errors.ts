import { KindError } from '../base/errors.js';

/** A RUN ended with another code than 0: what a client's own exit code is made of. */
export class RunFailed extends KindError {
  constructor(
    command: readonly string[],
    readonly exitCode: number,
  ) {
    super('System', `The command '${command.join(' ')}' returned a non-zero code: ${exitCode}`);
  }
}

/** An error that also tells what it was about; the caller's wish to end is none. */
export function withPrefix(error: unknown, prefix: string): unknown {
  if (!(error instanceof KindError) || error.kind === 'Cancelled') return error;
  return new KindError(error.kind, `${prefix}: ${error.message}`, { cause: error });
}

/** An error of a step, with the line of the Dockerfile it stands on. */
export function atStep(error: unknown, line: number): unknown {
  if (error instanceof RunFailed || !(error instanceof KindError) || error.kind === 'Cancelled') return error;
  return new KindError(error.kind, `${error.message} (line ${line} of the Dockerfile)`, { cause: error });
}
