import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { invalidParameter, messageOf, systemError } from '../../base/errors.js';
import type { CdiEdits, CdiSpec } from './spec.js';

/**
 * What the devices named change in a container, read anew each time: specs come and go with drivers.
 * @param folders those that come later win
 * @throws InvalidParameter for devices that no spec has
 */
export async function resolveDevices(folders: readonly string[], names: readonly string[]): Promise<CdiEdits[]> {
  const specs = (await Promise.all(folders.map(readFolder))).flat().toReversed();
  const used = new Set<CdiSpec>();
  const edits: CdiEdits[] = [];
  const missing: string[] = [];
  for (const name of names) {
    const [kind, device] = name.split('=');
    const spec = specs.find((each) => each.kind === kind && each.devices.some((entry) => entry.name === device));
    const found = spec?.devices.find((entry) => entry.name === device);
    if (!spec || !found) {
      missing.push(name);
      continue;
    }
    if (spec.containerEdits && !used.has(spec)) edits.push(spec.containerEdits);
    used.add(spec);
    edits.push(found.containerEdits);
  }
  if (missing.length > 0) throw invalidParameter(`CDI device injection failed: unresolvable CDI devices ${missing.join(', ')}`);
  return edits;
}

async function readFolder(folder: string): Promise<CdiSpec[]> {
  let names: string[];
  try {
    names = (await readdir(folder)).filter((name) => /\.(json|yaml|yml)$/.test(name)).toSorted();
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return [];
    throw error;
  }
  return Promise.all(names.map((name) => readSpec(join(folder, name))));
}

async function readSpec(path: string): Promise<CdiSpec> {
  const text = await readFile(path, 'utf8');
  try {
    const spec: unknown = path.endsWith('.json') ? JSON.parse(text) : (await import('yaml')).parse(text);
    if (isSpec(spec)) return spec;
  } catch (error) {
    throw systemError(`the CDI spec ${path} cannot be read: ${messageOf(error)}`, error);
  }
  throw systemError(`the CDI spec ${path} must have a kind and devices with name and containerEdits`);
}

function isSpec(value: unknown): value is CdiSpec {
  const { kind, devices } = (value ?? {}) as Partial<CdiSpec>;
  return (
    typeof kind === 'string' &&
    Array.isArray(devices) &&
    devices.every((device) => typeof device?.name === 'string' && typeof device.containerEdits === 'object')
  );
}
