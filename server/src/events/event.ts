/** One thing that happened to one object; Docker's EventMessage is made of it. */
export interface DaemonEvent {
  readonly Type: 'container' | 'image' | 'network' | 'volume' | 'daemon' | 'builder';
  readonly Action: string;
  readonly Actor: { readonly ID: string; readonly Attributes: Readonly<Record<string, string>> };
  readonly scope: 'local';
  /** Seconds since 1970. */
  readonly time: number;
  /** Nanoseconds since 1970. */
  readonly timeNano: bigint;
}
