/**
 * What the browser and the daemon say to each other over socket.io: types only, shared by both.
 *
 * One connection carries numbered channels. The browser opens a channel of a kind; the daemon sends `data` on it until
 * one side closes it. Batches are acknowledged: the daemon sends at most one unacknowledged `data` per channel (terminals: 64 KiB),
 * so a slow browser slows only its own channels.
 *
 * Handshake: path /live, transport websocket, `auth: { token }` with the token that GET /dashboard/session answers.
 */
import type { GitState, ImageUpdate, Schedule } from '../generated/dashboard/types.gen.js';
import type { ContainerSummary, EventMessage, ImageSummary, Network, Volume } from '../generated/types.gen.js';

/** What a channel of each kind is opened with. */
export interface ChannelParams {
  /** All containers, as ContainerList?all=true shows them; then what changes. */
  containers: Record<string, never>;
  images: Record<string, never>;
  networks: Record<string, never>;
  volumes: Record<string, never>;
  /** One sample a second for each container named, or for every running one; `@host` is the host. */
  stats: { ids?: string[] };
  events: { since?: string };
  /**
   * The last `tail` lines, all of them with -1, of those after `since` and before `until` (RFC 3339); then what follows.
   * `container` may be one that is gone, by its ID. With `head`, no more than so many of the first.
   */
  logs: { container: string; tail: number; since?: string; until?: string; follow: boolean; head?: number };
  /** Lines that hold a text or hit a regular expression, in these logs (IDs or names) or in all, of containers and of those that are gone. */
  logSearch: { text: string; regex: boolean; logs?: string[]; since?: string; until?: string };
  /**
   * A process of its own in a running container, or the container's own console. Input and output are binary.
   * With `session`, a name the page has made up, it goes on without the page and is joined by whoever gives that name;
   * `command` then starts it where there is none.
   */
  terminal: { container: string; session?: string; attach?: boolean; command?: string[]; user?: string; rows: number; columns: number };
  /** The terminals with a session, running and lately ended. */
  terminals: Record<string, never>;
  /** Joins the pull of an image, or starts it when `start` is given; survives the page that started it. */
  pull: { reference: string; platform?: string; start?: boolean };
  /** How a deployment gets on, by the ID of its task; it survives the page. */
  deploy: { task: string };
  /** All stacks. */
  stacks: Record<string, never>;
  /** The long jobs that run now or ended lately. */
  tasks: Record<string, never>;
  /** The alerts that last, and those that were lately. */
  alerts: Record<string, never>;
  /** What is done again and again, with the runs. */
  schedules: Record<string, never>;
  /** What registries said of the images that are here. */
  imageUpdates: Record<string, never>;
}

/** What a channel of each kind delivers, one `data` at a time. */
export interface ChannelData {
  containers: ListChange<ContainerSummary>;
  images: ListChange<ImageSummary>;
  networks: ListChange<Network>;
  volumes: ListChange<Volume>;
  stats: StatsSample[];
  events: EventMessage[];
  logs: LogBatch;
  logSearch: LogHits;
  terminal: Uint8Array;
  terminals: ListChange<TerminalSummary>;
  pull: PullProgress[];
  deploy: DeployProgress[];
  stacks: ListChange<StackEntry>;
  tasks: ListChange<Task>;
  alerts: ListChange<AlertEntry>;
  schedules: ListChange<Schedule>;
  imageUpdates: ListChange<ImageUpdate>;
}

export type ChannelKind = keyof ChannelParams;

/** The first one has `reset: true` and everything in `upsert`. */
export interface ListChange<Item> {
  reset?: boolean;
  upsert: Item[];
  /** IDs (names of volumes) that are gone. */
  remove: string[];
}

export interface StatsSample {
  id: string;
  /** Milliseconds since 1970. */
  time: number;
  /** Per cent of one CPU: 200 = two CPUs busy. */
  cpu: number;
  /** Bytes in use without the page cache that can be dropped, as `docker stats` counts. */
  memory: number;
  /** Bytes; the host's memory where there is no limit. */
  memoryLimit: number;
  /** Bytes a second since the sample before. */
  networkReceive: number;
  networkTransmit: number;
  blockRead: number;
  blockWrite: number;
  pids: number;
}

export interface LogLine {
  /** RFC 3339 with nanoseconds. */
  time: string;
  stream: 'stdout' | 'stderr';
  /** Without the newline; ANSI sequences kept. */
  text: string;
}

export interface LogBatch {
  lines: LogLine[];
  /** True when what was asked of the past has been sent. */
  caughtUp?: boolean;
}

/** A log, and whose it is. */
export interface LogSourceSummary {
  /** Of the container. */
  id: string;
  name: string;
  /** The Compose service, or the name: what its successors are called as well. */
  service: string;
  /** Compose project; empty for none. */
  project: string;
  image: string;
  /** RFC 3339. */
  created: string;
  /** When the container was removed; undefined while it is there. */
  removed?: string;
  /** Bytes on the disk, of a log that is kept. */
  size?: number;
}

/** Some of the hits in one log; young stretches of the log come before older ones. */
export interface LogHits {
  source: LogSourceSummary;
  lines: LogLine[];
  /** How many logs have been searched to their end, of how many. */
  searched: number;
  total: number;
  /** There are more hits in this log than are told. */
  more?: boolean;
}

/** One message of Docker's pull progress stream. */
export interface PullProgress {
  id?: string;
  status?: string;
  progressDetail?: { current?: number; total?: number };
  error?: string;
}

/** What happens to one thing of a deployment; a later message of the same subject and part takes its place. */
export interface DeployProgress {
  /** `service web`, `network front`, `volume data`. */
  subject: string;
  /** A layer of its image, or one of its containers. */
  part?: string;
  status: string;
  /** Bytes. */
  current?: number;
  total?: number;
  done?: boolean;
  error?: string;
  /** What a program wrote; all of it is shown, one after the other. Each has a `part` of its own. */
  output?: string;
}

export interface StackEntry {
  name: string;
  /** True when its files are the daemon's own; false for a project that `docker compose` started somewhere else. */
  own: boolean;
  folder: string;
  /** Paths of its Compose files; none where they are not known. */
  files: string[];
  /** Left out where its files do not come from git. */
  git?: GitState;
}

export interface Task {
  id: string;
  kind: 'pull' | 'deploy';
  /** What a deployment is of: `stack NAME` or `container NAME`. */
  target?: string;
  /** What people call it; the reference of a pull, by which it can be joined. */
  title: string;
  /** RFC 3339. */
  startedAt: string;
  finishedAt?: string;
  error?: string;
}

/** A rule of alerts that came true for something. */
export interface AlertEntry {
  id: string;
  /** Name of the rule. */
  rule: string;
  condition: 'stopped' | 'unhealthy' | 'restarting' | 'cpu' | 'memory' | 'disk' | 'log';
  /** Name of the container, or `host`. */
  target: string;
  /** ID of the container; undefined for the host. */
  container?: string;
  /** What was seen, for people. */
  detail: string;
  /** RFC 3339. */
  startedAt: string;
  /** When it was well again; undefined while it is not. */
  endedAt?: string;
}

export interface TerminalSummary {
  /** The name of the session. */
  id: string;
  /** ID of the container. */
  container: string;
  command: string[];
  /** Empty: the container's own. */
  user: string;
  /** RFC 3339. */
  startedAt: string;
  endedAt?: string;
  /** How many pages look at it. */
  viewers: number;
}

/** Why the daemon ended a channel; both absent when there was no more to tell. */
export interface EndReason {
  error?: string;
  /** Of a terminal's process. */
  exitCode?: number;
}

/** socket.io events the browser sends. */
export interface BrowserEvents {
  /** Opens `channel` (a number the browser chose); `params` is ChannelParams[kind]. */
  open: (channel: number, kind: ChannelKind, params: unknown) => void;
  /** The `data` was taken in; for terminals, how many bytes of it. */
  taken: (channel: number, amount: number) => void;
  /** Terminal input. */
  input: (channel: number, data: Uint8Array) => void;
  /** Terminal size, in characters. */
  resize: (channel: number, rows: number, columns: number) => void;
  close: (channel: number) => void;
}

/** socket.io events the daemon sends. */
export interface DaemonEvents {
  /** First of all: version of daemon and page, so that an old page can tell. */
  hello: (daemon: { version: string }) => void;
  data: (channel: number, data: unknown) => void;
  /** Nothing more comes on `channel`. */
  end: (channel: number, reason: EndReason) => void;
}
