/** An answer of the daemon that is an error; `message` is its own, for people. */
export class ApiError extends Error {
  constructor(
    message: string,
    readonly status: number,
    /** What the daemon asks for besides: `code` at sign-in. */
    readonly needs = '',
  ) {
    super(message);
    this.name = 'ApiError';
  }
}

/** What went wrong, as a sentence to show; anything can be thrown. */
export function messageOf(error: unknown): string {
  if (error instanceof Error && error.message) return error.message;
  return typeof error === 'string' && error ? error : 'something went wrong, and the daemon did not say what';
}
