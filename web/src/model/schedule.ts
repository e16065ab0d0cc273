import type { Schedule, ScheduleRequest } from '@/client/schedules';

export type ScheduleAction = Schedule['action'];
export type PruneKind = Schedule['prune'][number];

export const ACTIONS: readonly ScheduleAction[] = ['restart', 'prune', 'backup', 'update-check'];
export const PRUNE_KINDS: readonly PruneKind[] = ['containers', 'images', 'unused-images', 'networks', 'volumes', 'build-cache'];
/** Times that people want most, by the names they have in the languages. */
export const USUAL_TIMES = { hourly: '0 * * * *', nightly: '30 3 * * *', weekly: '0 4 * * 0', monthly: '0 4 1 * *' } as const;

/** The fields of a schedule as the form has them. */
export interface ScheduleForm extends Omit<ScheduleRequest, 'keep'> {
  keep: string;
}

/** @param volume that is to be backed up, where the form was opened at one */
export function scheduleForm(schedule?: Schedule, volume = ''): ScheduleForm {
  if (schedule) {
    const { id: _, runs: __, next: ___, keep, ...rest } = schedule;
    return { ...rest, prune: [...rest.prune], keep: String(keep || 7) };
  }
  return {
    name: '',
    enabled: true,
    cron: USUAL_TIMES.nightly,
    timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    action: volume ? 'backup' : 'restart',
    scope: 'container',
    target: volume,
    prune: ['images', 'build-cache'],
    keep: '7',
  };
}

/** What the daemon is told: nothing of what belongs to other actions. */
export function scheduleRequest({ keep, ...form }: ScheduleForm): ScheduleRequest {
  const { action, target, prune } = form;
  return {
    ...form,
    target: action === 'restart' || action === 'backup' ? target : '',
    prune: action === 'prune' ? prune : [],
    keep: action === 'backup' ? Math.round(Number(keep) || 0) : 0,
  };
}
