// `npm run test:fuzz -- [--first SEED] [--count N] [--only OPERATION,...] [--dashboard]`: requests made from the API's document against a
// daemon of its own. Prints what was not answered as it must be, and ends with 1 when there was anything.
import { parseArgs } from 'node:util';
import { Campaign, type Finding } from './campaign.ts';

const { values } = parseArgs({
  options: {
    first: { type: 'string', default: '1' },
    count: { type: 'string', default: '100000' },
    only: { type: 'string' },
    dashboard: { type: 'boolean', default: false },
  },
});

function tell({ request, reply }: Finding): void {
  const shown = request.bytes.toString('latin1', 0, 1500).replaceAll(/[^\x20-\x7e\n]/g, '·');
  process.stdout.write(`\nseed ${request.seed} ${request.operation}: ${reply.status} ${reply.text.slice(0, 500)}\n${shown}\n`);
  process.stdout.write(`the daemon said last: ${campaign.output.slice(-700)}\n`);
}

const campaign = await Campaign.open({ dashboard: values.dashboard });
process.once('SIGINT', () => campaign.stop());
const only = values.only === undefined ? undefined : new Set(values.only.split(','));
const begun = performance.now();
const { sent, findings, statuses } = await campaign.run(Number(values.first), Number(values.count), tell, only);
const seconds = (performance.now() - begun) / 1000;
const alive = campaign.alive;
const { warnings } = campaign;
for (const warning of warnings) process.stdout.write(`${warning}\n`);
if (alive) await campaign.close();
else process.stdout.write(`the daemon ended:\n${campaign.output.slice(-5000)}\n`);
const counts = [...statuses].toSorted().map(([status, count]) => `${status}: ${count}`);
process.stdout.write(`${sent} requests in ${seconds.toFixed(0)} s (${counts.join(', ')}), ${findings.length} findings\n`);
process.exitCode = findings.length > 0 || warnings.length > 0 || !alive ? 1 : 0;
