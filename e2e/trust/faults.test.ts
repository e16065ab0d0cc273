import { expect, test } from 'vitest';
import { Campaign, type Death } from './faults/campaign.ts';

/** Some of what `npm run test:faults` does: a step in each corner of the daemon, and moments under load. */
const DEATHS: readonly Death[] = [
  { during: ['create', 'network create', 'volume create'], at: { step: 9 } },
  { during: ['start', 'stop published'], at: { step: 14 }, again: 20 },
  { during: ['remove', 'remove by force', 'pause'], at: { step: 12 } },
  { during: ['load', 'pull', 'build', 'commit'], at: { ms: 150 } },
  { during: ['network connect', 'run and remove', 'rename', 'restart'], at: { ms: 120 } },
];

test('a daemon that is killed in the midst of its work loses nothing and leaves nothing', { timeout: 300_000 }, async () => {
  const campaign = await Campaign.open(7);
  try {
    for (const death of DEATHS) {
      const { complaints } = await campaign.suffer(death);
      expect(complaints, `${death.during.join(', ')}: ${campaign.output.slice(-2000)}`).toEqual([]);
    }
  } finally {
    expect(await campaign.close()).toEqual([]);
  }
});
