import { describe, expect, it } from 'vitest';
import { Transactions } from './transactions.js';

/** Commits a letter after the other; `x` is refused. */
function made() {
  const committed: string[] = [];
  const commit = async (commands: string) => {
    await Promise.resolve();
    if (commands.includes('x')) throw new Error(`refused: ${commands}`);
    committed.push(commands);
  };
  return { committed, transactions: new Transactions(commit) };
}

describe('transactions', () => {
  it('take in what has come while another one ran, in order', async () => {
    const { committed, transactions } = made();
    await Promise.all(['a', 'b', 'c', 'd'].map((commands) => transactions.run(commands)));
    await transactions.run('e');
    expect(committed).toEqual(['a', 'bcd', 'e']);
  });

  it('refuse what is at fault alone', async () => {
    const { committed, transactions } = made();
    const results = await Promise.allSettled(['a', 'b', 'x', 'c'].map((commands) => transactions.run(commands)));
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
    expect(results[2]).toMatchObject({ reason: new Error('refused: x') });
    expect(committed).toEqual(['a', 'b', 'c']);
  });
});
