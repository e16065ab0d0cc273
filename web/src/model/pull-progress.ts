import type { PullProgress } from '@live';

export interface PullLayer {
  id: string;
  status: string;
  /** Bytes; unknown while it waits. */
  current?: number;
  total?: number;
  done: boolean;
}

export interface PullState {
  layers: PullLayer[];
  /** The last message that belongs to no layer: `Status: Downloaded newer image for x`. */
  message: string;
  error?: string;
}

export const newPull = (): PullState => ({ layers: [], message: '' });

const DONE = new Set(['Pull complete', 'Already exists', 'Layer already exists']);

/** The pull after some more messages, as a new object. */
export function applyProgress(state: PullState, messages: PullProgress[]): PullState {
  const layers = new Map(state.layers.map((layer) => [layer.id, layer]));
  let { message, error } = state;
  for (const progress of messages) {
    if (progress.error) error = progress.error;
    else if (progress.id && isLayer(progress)) layers.set(progress.id, toLayer(layers.get(progress.id), progress));
    else if (progress.status) message = progress.id ? `${progress.id}: ${progress.status}` : progress.status;
  }
  return { layers: [...layers.values()], message, error };
}

/** `latest: Pulling from library/busybox` names a tag, not a layer. */
const isLayer = ({ id, status }: PullProgress): boolean => /^[0-9a-f]{12,64}$/.test(id ?? '') && !status?.startsWith('Pulling from');

function toLayer(before: PullLayer | undefined, { id = '', status = '', progressDetail }: PullProgress): PullLayer {
  const done = DONE.has(status);
  const total = progressDetail?.total ?? (status === before?.status || done ? before?.total : undefined);
  return { id, status, current: done ? total : progressDetail?.current, total, done };
}

/** Between 0 and 1: how much of all layers is done, downloading and extracting counted half each. */
export function overallProgress({ layers }: PullState): number {
  if (layers.length === 0) return 0;
  const parts = layers.map(({ done, status, current, total }) => {
    if (done) return 1;
    const part = current && total ? Math.min(1, current / total) / 2 : 0;
    if (status === 'Extracting') return 0.5 + part;
    return status === 'Downloading' ? part : /Verifying|Download complete/.test(status) ? 0.5 : 0;
  });
  return parts.reduce((sum, part) => sum + part, 0) / layers.length;
}
