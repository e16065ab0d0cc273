/** What a schedule does. */
export type ScheduleAction = 'restart' | 'prune' | 'backup' | 'update-check';

/** What a prune takes away. */
export type PruneKind = 'containers' | 'images' | 'unused-images' | 'networks' | 'volumes' | 'build-cache';

/** Something that is done again and again. */
export interface Schedule {
  readonly id: string;
  readonly name: string;
  readonly enabled: boolean;
  /** Five fields as crontab(5) has them, or six with seconds first. */
  readonly cron: string;
  /** Name in the IANA database; '' for the host's own. */
  readonly timeZone: string;
  readonly action: ScheduleAction;
  /** What a restart is of. */
  readonly scope: 'container' | 'project';
  /** Name of the container or project, or of the volume; '' for the other actions. */
  readonly target: string;
  /** What a prune takes away. */
  readonly prune: readonly PruneKind[];
  /** Backups that are kept of the volume; the oldest go first. */
  readonly keep: number;
}

export type ScheduleRequest = Omit<Schedule, 'id'>;

/** One time that a schedule was run. */
export interface ScheduleRun {
  /** Milliseconds since 1970. */
  readonly started: number;
  /** undefined while it runs, and for ever when the daemon ended meanwhile. */
  readonly ended?: number;
  /** What came of it, for people. */
  readonly result: string;
  /** '' when it went well. */
  readonly error: string;
}
