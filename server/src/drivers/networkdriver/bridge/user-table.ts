import { network } from '../../../libcontainer/index.js';
import { isMissing } from './missing.js';

const CHAIN = 'forward';

/** Name of the table beside `table` that belongs to the user. */
export function userTable(table: string): string {
  return `${table}-user`;
}

/**
 * Makes the table in which the user can put rules of their own about what comes to containers and from them: its chain
 * `forward` sees every such packet before our rules do, and what it drops stays dropped. One that is there is left alone,
 * whatever is in it (the counterpart of Docker's DOCKER-USER chain).
 */
export async function ensureUserTable(table: string): Promise<void> {
  const name = userTable(table);
  await network.nft(
    `add table inet ${name}\nadd chain inet ${name} ${CHAIN} { type filter hook forward priority filter - 1; policy accept; }\n`,
  );
}

/** Removes it when nobody has put anything into it. */
export async function removeUserTable(table: string): Promise<void> {
  const name = userTable(table);
  try {
    const listing = await network.nft(`list table inet ${name}`);
    if (isUntouched(listing)) await network.nft(`delete table inet ${name}\n`);
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}

/** Whether a listing holds our chain alone, and no rule. */
export function isUntouched(listing: string): boolean {
  const lines = listing.split('\n').map((line) => line.replace(/#.*/, '').trim());
  const said = lines.filter((line) => line !== '' && line !== '}' && !line.startsWith('table '));
  return said.length === 2 && said[0] === `chain ${CHAIN} {` && (said[1] as string).startsWith('type filter hook forward');
}
