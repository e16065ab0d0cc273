import type { ImageUpdate as Update } from '../../deploy/image-updates.js';
import type { Schedule as ScheduleRecord, ScheduleRun as Run } from '../../schedules/schedule.js';
import { nextRun } from '../../schedules/schedules.js';
import type { ImageUpdate, Schedule, ScheduleRun } from '../generated/dashboard/types.gen.js';

const time = (milliseconds: number) => new Date(milliseconds).toISOString();

/** A schedule with its runs, as pages and programs see it. */
export function toSchedule(schedule: ScheduleRecord, runs: readonly Run[]): Schedule {
  const next = schedule.enabled ? nextRun(schedule) : undefined;
  return { ...schedule, prune: [...schedule.prune], ...(next && { next: next.toISOString() }), runs: runs.map(toRun) };
}

function toRun({ started, ended, result, error }: Run): ScheduleRun {
  return { started: time(started), ...(ended !== undefined && { ended: time(ended) }), result, error };
}

export function toImageUpdate({ reference, checked, available, error }: Update): ImageUpdate {
  return { reference, checked: time(checked), available, error };
}
