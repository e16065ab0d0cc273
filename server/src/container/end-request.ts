/** What somebody did to end a run. */
export interface EndRequest {
  readonly by: 'stop' | 'restart' | 'kill' | 'signal' | 'removal' | 'shutdown';
  /** Number of the signal that was sent first. */
  readonly signal: number;
  /** Seconds the process had before it was killed; negative for no limit. */
  readonly seconds?: number;
  /** When a signal was sent that need not end it, in milliseconds since 1970. */
  readonly at?: number;
  /** It had not ended by then. */
  readonly late?: boolean;
}
