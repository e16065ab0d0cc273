import type { DaemonConfig } from '../../base/config.js';
import type { Settings } from './flags.js';
import { idleFlags } from './idle-flags.js';

/** Features that can be switched here. */
const FEATURES = new Set(['cdi']);

/** A sentence for each setting that has no effect here. */
export function toldInVain(settings: Settings, { features }: DaemonConfig): string[] {
  const unknown = Object.keys(features).filter((name) => !FEATURES.has(name));
  return [...idleFlags(settings), ...unknown.map((name) => `the feature ${name} has no effect: it cannot be switched here`)];
}
