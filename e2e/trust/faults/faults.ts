// `npm run test:faults -- [--kills N] [--seed N] [--only OPERATION,...]`: kills the daemon with SIGKILL, at every named step of every
// operation first, in any order, and at random moments under load from then on, and looks at everything after each. Prints what was not as it
// must be, and ends with 1 when there was anything.
import { parseArgs } from 'node:util';
import { Random } from '../fuzz/random.ts';
import { Campaign, type Death } from './campaign.ts';
import { OPERATIONS } from './operations.ts';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '500' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string' },
    random: { type: 'boolean' },
  },
});
const say = (text: string) => process.stdout.write(`${text}\n`);
const random = new Random(Number(values.seed));
const names = values.only?.split(',') ?? Object.keys(OPERATIONS);
const campaign = await Campaign.open(Number(values.seed));
let kills = 0;
let faults = 0;
let slowest = 0;

async function suffer(death: Death): Promise<void> {
  const { step, complaints, backMs } = await campaign.suffer(death);
  kills += death.again === undefined ? 1 : 2;
  faults += complaints.length;
  slowest = Math.max(slowest, backMs);
  const where = step ?? ('ms' in death.at ? `after ${death.at.ms} ms` : `past step ${death.at.step}`);
  say(
    `${kills}: ${death.during.join(', ')}: ${where}${death.again ? `, again at step ${death.again} of the start` : ''}: ${Math.round(backMs)} ms`,
  );
  for (const complaint of complaints) say(`  FAULT ${complaint}`);
  if (complaints.length > 0) say(`  the daemon said:\n${campaign.output.slice(-1500)}`);
}

const limit = Number(values.kills);
let stopped = false;
process.once('SIGINT', () => (stopped = true));
const goesOn = () => kills < limit && !stopped;
const steps: Death[] = [];
if (!values.random)
  for (const name of names) {
    const { length } = await campaign.trace(name);
    for (let step = 1; step <= length; step++) steps.push({ during: [name], at: { step } });
  }
say(`${steps.length} steps of ${names.length} operations`);
// In any order, so that a run that is ended early has met all operations.
while (steps.length > 0 && goesOn()) {
  const [death] = steps.splice(random.below(steps.length), 1);
  await suffer({ ...death!, ...(random.once(4) && { again: 1 + random.below(60) }) });
}
while (goesOn()) {
  const during = Array.from({ length: 6 }, () => random.pick(names));
  await suffer({ during, at: { ms: random.below(900) }, ...(random.once(6) && { again: 1 + random.below(60) }) });
}
for (const complaint of await campaign.close()) {
  faults++;
  say(`FAULT ${complaint}`);
}
say(`${kills} kills, ${faults} faults; the API was back after ${Math.round(slowest)} ms at most`);
process.exitCode = faults === 0 ? 0 : 1;
