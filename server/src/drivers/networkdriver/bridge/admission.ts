import { Logger } from '@nestjs/common';
import { messageOf } from '../../../base/errors.js';
import { network } from '../../../libcontainer/index.js';

/**
 * Chains of other firewalls, through which every packet passes that is forwarded and in which others may let it pass: what Docker leaves
 * to its users, where ufw begins, and firewalld's only one. All three refuse what they do not know.
 */
const GATES: readonly string[] = [
  'ip filter DOCKER-USER',
  'ip6 filter DOCKER-USER',
  'ip filter ufw-before-forward',
  'ip6 filter ufw6-before-forward',
  'inet firewalld filter_FORWARD',
];
/** Tables that hold them. */
const TABLES = ['filter', 'firewalld'];

/**
 * Gets our bridges past the host's other firewalls: no accept of another table can undo a drop. Where there is none, nothing is done. What
 * our own table drops stays dropped, and so does what the user's own table drops.
 */
export class Admission {
  private readonly log = new Logger('Firewall');
  private readonly links = new Set<string>();
  private last: Promise<void> = Promise.resolve();
  private unwatch: (() => void) | undefined;

  /** Lets bridges pass, now and whenever a firewall is started or loaded again. */
  async admit(links: readonly string[]): Promise<void> {
    for (const link of links) this.links.add(link);
    this.unwatch ??= network.watchFilter(TABLES, true, () => void this.heal());
    await this.apply();
  }

  /** Takes the rules back; those that are gone are fine. */
  async forget(links: readonly string[]): Promise<void> {
    for (const link of links) this.links.delete(link);
    await this.apply(links);
  }

  /** Leaves everything as it is from now on. */
  stopWatching(): void {
    this.unwatch?.();
    this.unwatch = undefined;
  }

  private async heal(): Promise<void> {
    if (!this.unwatch) return;
    try {
      await this.apply();
    } catch (error) {
      this.log.error(`the bridges could not be let through the host's firewall: ${messageOf(error)}`);
    }
  }

  /** One after the other. @param gone bridges whose rules go, besides those that are there */
  private apply(gone: readonly string[] = []): Promise<void> {
    const next = this.last.then(() => this.applyNow(gone));
    this.last = next.catch(() => undefined);
    return next;
  }

  private async applyNow(gone: readonly string[]): Promise<void> {
    const known = chainsIn(await network.nft('list chains'));
    for (const gate of GATES.filter((each) => known.has(each))) {
      const commands = await this.commands(gate, gone);
      if (commands.length > 0) await network.nft(`${commands.join('\n')}\n`);
    }
  }

  /** What brings a chain to where it should be; nothing when it is there. */
  private async commands(gate: string, gone: readonly string[]): Promise<string[]> {
    const lines = (await network.nft(`list chain ${gate}`)).split('\n');
    const rulesOf = (link: string) => lines.filter((line) => line.includes(`comment "${markOf(link)}"`));
    const deletions = gone.flatMap(rulesOf).map((line) => `delete rule ${gate} handle ${/# handle (\d+)/.exec(line)?.[1]}`);
    const missing = [...this.links].filter((link) => rulesOf(link).length < 2);
    const insertions = missing.flatMap((link) =>
      [`iifname "${link}"`, `oifname "${link}"`].map((match) => `insert rule ${gate} ${match} counter accept comment "${markOf(link)}"`),
    );
    return [...deletions, ...insertions];
  }
}

/** "family table chain" of each chain of a listing. */
function chainsIn(listing: string): Set<string> {
  const chains = new Set<string>();
  let table = '';
  for (const line of listing.split('\n')) {
    const [, opened] = /^table (\S+ \S+) \{/.exec(line) ?? [];
    const [, chain] = /^\s+chain (\S+) \{/.exec(line) ?? [];
    if (opened !== undefined) table = opened;
    if (chain !== undefined) chains.add(`${table} ${chain}`);
  }
  return chains;
}

function markOf(link: string): string {
  return `slipway ${link}`;
}
