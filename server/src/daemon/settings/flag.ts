export type Kind = 'string' | 'boolean' | 'strings' | 'number' | 'integer' | 'pairs' | 'objects' | 'pools' | 'free';

/** A flag of the daemon, which is a key of its configuration file, too. */
export interface Flag {
  /** `free` is looked at by who uses it: a list of strings as a flag, any JSON in the file. */
  readonly kind: Kind;
  readonly short?: string;
  /** Name in the config file when it differs: lists are plural there, as in dockerd's daemon.json. */
  readonly file?: string;
  readonly help: string;
}
