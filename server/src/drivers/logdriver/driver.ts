import type { LogTarget } from '../../base/log-target.js';

/** Which part of a log is wanted. */
export interface LogRequest {
  readonly stdout: boolean;
  readonly stderr: boolean;
  /** Lines from the end; undefined for all. */
  readonly tail: number | undefined;
  /** Nanoseconds since 1970, inclusive; undefined for no bound. */
  readonly since: bigint | undefined;
  readonly until: bigint | undefined;
  /** Put the time (RFC 3339, nine digits of a second) and a space before each line. */
  readonly timestamps: boolean;
  /** Put the record's attributes (key=value, comma between) and a space before each line. */
  readonly details: boolean;
  /** Docker's multiplexed frames; false gives the bare bytes, as the log of a tty is shown. */
  readonly frames: boolean;
  /**
   * A text of letters, digits and blanks in lower case that, in whatever case, every wanted record holds. A driver may leave out records
   * without it, all but the first, and need not.
   */
  readonly holding?: string;
}

/** How long to wait for lines to come. */
export interface LogFollow {
  /** Aborted when nobody reads any more. */
  readonly signal: AbortSignal;
  /** Settles when the container has ended and its last line is in the log; undefined reads what is there. */
  readonly ended: Promise<unknown> | undefined;
  /**
   * A piece of the log is needed no longer than until the piece after the next one is asked for: its memory is used again then,
   * which spares a reader of a long log most of its garbage.
   */
  readonly reuses?: boolean;
  /** Called once everything that was there has been read, before the wait for more. */
  readonly caughtUp?: () => void;
}

/**
 * Where containers' logs go and how they are read. Whoever holds a container's stdio writes; the driver says where.
 *
 * const target = driver.target(path, options);       // for the execdriver
 * for await (const chunk of driver.read(path, options, request, follow)) response.write(chunk);
 */
export interface LogDriver {
  /** As HostConfig.LogConfig.Type names it. */
  readonly name: string;
  /** Checks `--log-opt` options. @throws InvalidParameter for an unknown one or a wrong value */
  validate(options: Readonly<Record<string, string>>): void;
  /** @param path file of the container's log @param attributes for every record */
  target(path: string, options: Readonly<Record<string, string>>, attributes: Readonly<Record<string, string>>): LogTarget;
  /** The log in big pieces. @throws NotImplemented when this driver's logs cannot be read */
  read(path: string, options: Readonly<Record<string, string>>, request: LogRequest, follow: LogFollow): AsyncIterable<Buffer>;
  /** Deletes a container's log with all its older files. */
  remove(path: string): Promise<void>;
}

/** What is told about a container with its log. */
export interface LogInfo {
  readonly containerId: string;
  /** Without the slash. */
  readonly containerName: string;
  /** sha256:… */
  readonly imageId: string;
  readonly imageName: string;
  readonly command: string;
  /** RFC 3339. */
  readonly created: string;
  /** Labels and variables that the options name. */
  readonly attributes: Readonly<Record<string, string>>;
  /** The option `tag`, filled in. */
  readonly tag: string;
}

/** One line of output, or a part of one that was too long. */
export interface LogRecord {
  /** Without the newline at its end. */
  readonly line: string;
  readonly stream: 'stdout' | 'stderr';
  /** RFC 3339 with up to nine digits of a second. */
  readonly time: string;
  /** More of the line follows. */
  readonly partial: boolean;
}

/** Where a log is sent. */
export interface LogSink {
  /** Resolves when the records are on their way, in order. @throws when they could not be sent: they are to be sent again */
  send(records: readonly LogRecord[]): Promise<void>;
  close(): Promise<void>;
}

/** A place in the files of a log: the file, whatever it is called by now, and bytes from the beginning of its text. */
export interface LogPosition {
  readonly file: string;
  readonly offset: number;
}

/** Whole records of a log, and where the next one begins. */
export interface LogBatch {
  readonly records: readonly LogRecord[];
  readonly next: LogPosition;
}

/**
 * A driver that sends logs elsewhere. The container's output is written to a log here all the same, which `docker logs` reads;
 * from there it is sent, so that nothing is lost while the daemon or the other side is away.
 */
export interface ForwardingDriver extends LogDriver {
  /** @throws when the other side cannot be reached */
  open(options: Readonly<Record<string, string>>, info: LogInfo): Promise<LogSink>;
  /** The log from `from` on (undefined: from its beginning), through rotations, until `follow` says it is over. */
  records(path: string, from: LogPosition | undefined, follow: LogFollow): AsyncIterable<LogBatch>;
}

export function isForwarding(driver: LogDriver): driver is ForwardingDriver {
  return 'open' in driver;
}

/** Nest token of the LogDrivers. */
export const LOG_DRIVERS = Symbol('LogDrivers');
