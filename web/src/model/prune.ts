import type { DiskUsage } from '@/client/disk';
import type { LogSource } from '@/client/kept-logs';
import { t } from '@/language';
import { nameOf } from './container';
import { shortId } from './format';

/** Something that nobody uses, with what its removal frees. */
export interface Prunable {
  key: string;
  kind: 'image' | 'container' | 'volume' | 'log';
  id: string;
  name: string;
  /** Bytes; what others share with it stays. */
  size: number;
  note: string;
  /** Whether a careful person would tick it unseen: nothing that cannot be had again is. */
  harmless: boolean;
}

/** All that may be removed now, the largest first. */
export function prunables({ images, containers, volumes }: DiskUsage, logs: readonly LogSource[]): Prunable[] {
  const all: Omit<Prunable, 'key'>[] = [
    ...images.items
      .filter(({ Containers }) => Containers <= 0)
      .map(({ Id, RepoTags, Size, SharedSize }) => ({
        kind: 'image' as const,
        id: Id,
        name: RepoTags?.[0] ?? shortId(Id),
        size: Size - Math.max(0, SharedSize),
        note: t(RepoTags?.length ? 'disk.notes.unused' : 'disk.notes.nameless'),
        harmless: !RepoTags?.length,
      })),
    ...containers.items
      .filter(({ State }) => State === 'exited' || State === 'created' || State === 'dead')
      .map((container) => ({
        kind: 'container' as const,
        id: container.Id,
        name: nameOf(container),
        size: container.SizeRw ?? 0,
        note: container.Status,
        harmless: false,
      })),
    ...volumes.items
      .filter(({ UsageData }) => UsageData?.RefCount === 0)
      .map(({ Name, UsageData }) => ({
        kind: 'volume' as const,
        id: Name,
        name: /^[0-9a-f]{64}$/.test(Name) ? Name.slice(0, 12) : Name,
        size: Math.max(0, UsageData?.Size ?? 0),
        note: t(/^[0-9a-f]{64}$/.test(Name) ? 'disk.notes.anonymous' : 'disk.notes.unused'),
        harmless: false,
      })),
    ...logs
      .filter(({ removed }) => removed)
      .map(({ id, name, size = 0 }) => ({ kind: 'log' as const, id, name, size, note: t('disk.notes.gone'), harmless: true })),
  ];
  return all.map((each) => ({ ...each, key: `${each.kind} ${each.id}` })).sort((a, b) => b.size - a.size);
}
