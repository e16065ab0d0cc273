import { network } from '../../../libcontainer/index.js';

const CHAIN = 'ip filter DOCKER-USER';

/**
 * Gets our bridges past a dockerd on the same host: its firewall drops what it does not know (policy drop on FORWARD), and
 * no accept of another table can undo a drop. DOCKER-USER is the chain it leaves to others; where there is none, nothing is done.
 * What our own table drops stays dropped.
 */
export async function admitThroughDockerUser(links: readonly string[]): Promise<void> {
  const former = await rulesOf(links);
  if (!former) return;
  const rules = links.flatMap((link) =>
    [`iifname "${link}"`, `oifname "${link}"`].map((match) => `${match} counter accept comment "${markOf(link)}"`),
  );
  await network.nft([...former.map(deletion), ...rules.map((rule) => `insert rule ${CHAIN} ${rule}`)].join('\n') + '\n');
}

/** Takes the rules of `admitThroughDockerUser` back; those that are gone are fine. */
export async function forgetInDockerUser(links: readonly string[]): Promise<void> {
  const former = (await rulesOf(links)) ?? [];
  if (former.length > 0) await network.nft(former.map(deletion).join('\n') + '\n');
}

/** Handles of the rules we made for `links`; undefined when there is no such chain. */
async function rulesOf(links: readonly string[]): Promise<string[] | undefined> {
  const marks = links.map((link) => `comment "${markOf(link)}"`);
  try {
    const lines = (await network.nft(`list chain ${CHAIN}`)).split('\n');
    const ours = lines.filter((line) => marks.some((mark) => line.includes(mark)));
    return ours.map((line) => /# handle (\d+)/.exec(line)?.[1]).filter((handle) => handle !== undefined);
  } catch (error) {
    if (error instanceof Error && error.message.includes('No such file or directory')) return undefined;
    throw error;
  }
}

function deletion(handle: string): string {
  return `delete rule ${CHAIN} handle ${handle}`;
}

function markOf(link: string): string {
  return `slipway ${link}`;
}
