import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { archive } from '../../../libcontainer/index.js';
import { settle } from '../../../libcontainer/archive-error.js';
import { isLost, type LayerRow, type LayerTable } from '../layer-table.js';
import { checkOverlay } from './overlay-support.js';
import type { Trash } from '../trash.js';

/**
 * Makes table and folders agree after a crash: folders without a row (stages, removed layers) go; a row without a folder
 * is left by a loss of power, for removals and new read-write layers are not synced. Such a read-only layer is forgotten, and so is
 * one that was not on the disk yet; such a read-write layer is made anew, empty.
 */
export async function recoverLayers(root: string, table: LayerTable, trash: Trash): Promise<void> {
  await mkdir(root, { recursive: true, mode: 0o710 });
  await settle(archive.spreadLayers(root));
  await checkOverlay(root);
  await trash.empty();
  const present = new Set(await readdir(root));
  const known = new Set(['removed']);
  const whole = new Set<string>();
  for (const row of table.all()) {
    // A parent has its row before its children.
    const parentWhole = row.parent === null || whole.has(row.parent);
    const isWhole = present.has(row.folder) && parentWhole && !isLost(row);
    if (isWhole) whole.add(row.id);
    if (row.readOnly && !isWhole) table.delete(row.id);
    else known.add(row.folder);
    if (!row.readOnly && parentWhole && !present.has(row.folder)) await remake(root, row, table);
  }
  for (const folder of present) if (!known.has(folder)) await trash.take(join(root, folder), folder);
}

async function remake(root: string, row: LayerRow, table: LayerTable): Promise<void> {
  const parent = row.parent === null ? undefined : table.get(row.parent);
  const below = parent ? join(root, parent.folder, 'diff') : '';
  await settle(archive.makeReadWriteLayer(join(root, row.folder), below));
}
