import type { Image } from '../../../graph/image.js';

/** What an image says of one of its steps. */
export interface KnownStep {
  /** RFC 3339. */
  readonly created: string;
  /** undefined when the step has no layer. */
  readonly diffId: string | undefined;
}

/**
 * The step of `source` that comes after all of `before`, when it was made by the same words: every step up to there has to
 * be the same one, with the same layers.
 */
export function sameStep(source: Image, before: Image | undefined, createdBy: string): KnownStep | undefined {
  const steps = before?.history ?? [];
  const layers = before?.diffIds ?? [];
  const entry = source.history[steps.length];
  const same =
    steps.every((step, index) => {
      const other = source.history[index];
      return other?.created_by === step.created_by && other?.empty_layer === step.empty_layer;
    }) && layers.every((diffId, index) => source.diffIds[index] === diffId);
  if (!same || entry?.created_by !== createdBy || entry.created === undefined) return undefined;
  const diffId = entry.empty_layer ? undefined : source.diffIds[layers.length];
  return entry.empty_layer || diffId !== undefined ? { created: entry.created, diffId } : undefined;
}
