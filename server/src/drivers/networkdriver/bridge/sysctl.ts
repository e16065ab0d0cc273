import { readFile, writeFile } from 'node:fs/promises';

const pathOf = (name: string) => `/proc/sys/net/${name}`;

/** Writes a setting of the host's network, such as 'ipv4/ip_forward'. @returns whether that changed it */
export async function setSysctl(name: string, value: string): Promise<boolean> {
  if ((await readFile(pathOf(name), 'latin1')).trim() === value) return false;
  await writeFile(pathOf(name), value);
  return true;
}

/** As `setSysctl`; a kernel without the setting is fine. */
export async function setSysctlWhereKnown(name: string, value: string): Promise<boolean> {
  try {
    return await setSysctl(name, value);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}
