import type { ContainerConfig, ContainerSummary, HostConfig, NetworkingConfig } from '../api/generated/types.gen.js';
import type { AttachRequest, AttachStream, ContainerProcess } from '../drivers/execdriver/driver.js';
import type { Exec } from './exec.js';
import type { HealthMonitor } from './health.js';
import type { ContainerMount } from './mount.js';
import type { StateRecord } from './state.js';
import { Waiters } from './waiters.js';

/** What a container was made with, as it is saved. Docker's objects are kept as they were given, merged with the image's. */
export interface ContainerRecord {
  readonly id: string;
  /** Without the leading slash. */
  readonly name: string;
  /** RFC 3339. */
  readonly created: string;
  /** sha256:… of the image's config. */
  readonly image: string;
  /** Name of the graph driver. */
  readonly driver: string;
  readonly config: ContainerConfig;
  readonly hostConfig: HostConfig;
  readonly networking: NetworkingConfig;
  /** It was disconnected from the network of its mode, and is not to be in it at its next start either. */
  readonly detached?: boolean;
  /** It runs a step of a build, and is not to outlive it: the next daemon removes it. */
  readonly step?: boolean;
  readonly mounts: readonly ContainerMount[];
}

/** How a wait ended. */
export interface WaitResult {
  readonly exitCode: number;
  readonly error: string;
}

/** A client that attached before the start. */
export interface WaitingAttach {
  readonly request: AttachRequest;
  connect(stream: AttachStream): void;
  /** There will be nothing to read: the start failed, which its own request tells, or the container was removed. */
  leave(): void;
}

/** A container: its record, its state, and what lives only as long as the daemon does. Changed through `Containers` only. */
export class Container {
  /** Its process, from creation to exit. */
  process: ContainerProcess | undefined;
  health: HealthMonitor | undefined;
  /** Calls off the restart that the policy has planned. */
  cancelRestart: (() => void) | undefined;
  /** Settles when what the last run left (sandbox, cgroup, bundle) has been given back. */
  cleanup: Promise<void> = Promise.resolve();
  /** Wait of the restart policy before the next start, in milliseconds; 0 before the first one. */
  restartDelay = 0;
  /** The summary without what passes with time; dropped at every change. */
  summary: ContainerSummary | undefined;
  /** AutoRemove is not to remove it at its next exit: it is being restarted. */
  keepAtExit = false;
  readonly execs = new Map<string, Exec>();
  readonly attaching = new Set<WaitingAttach>();
  /** Told at every exit, after the state has been saved. */
  readonly exits = new Waiters<WaitResult>();
  /** Told when it has been removed, or when its removal failed. */
  readonly removal = new Waiters<WaitResult>();

  constructor(
    public record: ContainerRecord,
    public state: StateRecord,
  ) {}

  get id(): string {
    return this.record.id;
  }

  get name(): string {
    return this.record.name;
  }

  get tty(): boolean {
    return this.record.config.Tty ?? false;
  }
}

/** The command and arguments a container runs: entrypoint, then command. */
export function argumentsOf(config: ContainerConfig): string[] {
  return [...toList(config.Entrypoint), ...toList(config.Cmd)];
}

function toList(value: string | string[] | null | undefined): string[] {
  return typeof value === 'string' ? [value] : (value ?? []);
}
