import { readFileSync } from 'node:fs';

/** ID of a group by name or number, from group(5); root's when the group does not exist, as Docker does. */
export function groupId(name: string): number {
  if (/^\d+$/.test(name)) return Number(name);
  const line = readFileSync('/etc/group', 'utf8')
    .split('\n')
    .find((each) => each.startsWith(`${name}:`));
  return Number(line?.split(':')[2] ?? 0);
}
