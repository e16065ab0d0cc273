import { expect, test } from 'vitest';
import { Campaign, type Finding } from './fuzz/campaign.ts';

/** The same ones every time; `npm run test:fuzz` goes on from here. */
const COUNT = 2000;

const shown = ({ request, reply }: Finding) => `seed ${request.seed} ${request.operation}: ${reply.status} ${reply.text.slice(0, 300)}`;

test.each([
  ['the Engine API', { dashboard: false }, COUNT],
  ['the dashboard', { dashboard: true }, COUNT / 2],
])('no request of %s makes the daemon fail, end or hang', { timeout: 600_000 }, async (_, of, count) => {
  const campaign = await Campaign.open(of);
  try {
    const { findings, sent } = await campaign.run(1, count, () => undefined);
    expect(findings.map(shown)).toEqual([]);
    expect(campaign.alive, campaign.output.slice(-3000)).toBe(true);
    expect(campaign.warnings).toEqual([]);
    expect(sent).toBe(count);
  } finally {
    await campaign.close();
  }
});
