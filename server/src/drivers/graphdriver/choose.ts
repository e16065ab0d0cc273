import type { DaemonConfig } from '../../base/config.js';
import { conflict } from '../../base/errors.js';
import type { Database } from '../../state/database.js';
import type { GraphDriver } from './driver.js';

type Kind = new (dataRoot: string, database: Database) => GraphDriver;

/**
 * The driver that --storage-driver names.
 * @param kinds all there are
 * @throws Conflict when the layers in the data root are another one's, whose images this one would not find
 */
export function chooseGraphDriver(
  { dataRoot, storageDriver }: Pick<DaemonConfig, 'dataRoot' | 'storageDriver'>,
  database: Database,
  kinds: Readonly<Record<DaemonConfig['storageDriver'], Kind>>,
): GraphDriver {
  const owner = Object.keys(kinds).find((name) => name !== storageDriver && hasLayers(database, name));
  if (owner !== undefined) {
    const instead = `start with --storage-driver=${owner}, or with another --data-root`;
    throw conflict(`${dataRoot} holds layers of the storage driver ${owner}: ${instead}`);
  }
  return new kinds[storageDriver](dataRoot, database);
}

function hasLayers(database: Database, driver: string): boolean {
  const table = `${driver}_layer`;
  const known = database.sqlite.prepare<[string]>("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?").get(table);
  return known !== undefined && database.sqlite.prepare(`SELECT 1 FROM ${table} LIMIT 1`).get() !== undefined;
}
