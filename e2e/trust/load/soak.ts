// `npm run test:soak -- [--count N]`: containers created, started, waited for and removed, over and over. Prints what the daemon uses
// meanwhile, and ends with 1 when that grows: memory by more than a tenth after the warm-up, descriptors or disk at all.
import { parseArgs } from 'node:util';
import { BUSYBOX, busyboxArchive } from '../../fixtures/busybox.ts';
import { startDaemon } from '../../fixtures/daemon.ts';
import { disagreements } from '../faults/census.ts';
import { until } from '../faults/until.ts';
import { each, sample, timed, told, type Sample } from './sample.ts';

const { values } = parseArgs({ options: { count: { type: 'string', default: '20000' }, 'at-once': { type: 'string', default: '4' } } });
const count = Number(values.count);
/** A tenth of the runs warms up; then there is a sample after each twentieth. */
const PART = Math.max(1, Math.round(count / 20));
const WARM_UP_PARTS = 2;
/** What a log of events and a database's own pages may add, in KiB for each run. */
const DISK_FOR_A_RUN = 4;
/** KiB that the journal of the database takes before it is written over. */
const JOURNAL = 8192;
const say = (text: string) => process.stdout.write(`${text}\n`);
const daemon = await startDaemon();
const { http } = daemon;

async function one(index: number): Promise<void> {
  const name = `soak-${index}`;
  const body = { Image: BUSYBOX, Cmd: ['echo', String(index)], Volumes: { '/v': {} } };
  const answers = [
    await http.post(`/containers/create?name=${name}`, body),
    await http.post(`/containers/${name}/start`),
    await http.post(`/containers/${name}/wait`),
    await http.delete(`/containers/${name}?v=1`),
  ];
  for (const { status, text } of answers) if (status >= 400) throw new Error(`${name}: ${status} ${text}`);
  if (answers[2]!.json.StatusCode !== 0) throw new Error(`${name}: ended with ${answers[2]!.text}`);
}

const samples: Sample[] = [];
try {
  await daemon.load(await busyboxArchive());
  for (let done = 0; done < count; done += PART) {
    const took = await timed(() => each(Math.min(PART, count - done), Number(values['at-once']), (index) => one(done + index)));
    await until('nothing to be left', async () => (await disagreements(daemon)).length === 0, 60_000);
    samples.push(await sample(daemon));
    say(`${Math.min(count, done + PART)} runs, ${(took / PART).toFixed(0)} ms each: ${told(samples.at(-1)!)}`);
  }
} finally {
  await daemon.remove();
}
const warm = samples[Math.min(WARM_UP_PARTS, samples.length) - 1]!;
const last = samples.at(-1)!;
const growth = last.memory / warm.memory - 1;
say(`memory ${growth >= 0 ? 'grew' : 'shrank'} by ${(100 * Math.abs(growth)).toFixed(1)} % after the warm-up`);
const complaints = [
  ...(growth > 0.1 ? ['memory grows'] : []),
  ...(last.descriptors > warm.descriptors + 2 ? [`descriptors grow: from ${warm.descriptors} to ${last.descriptors}`] : []),
  ...(last.disk - warm.disk > JOURNAL + DISK_FOR_A_RUN * count ? [`the disk fills: from ${warm.disk} to ${last.disk} KiB`] : []),
];
for (const complaint of complaints) say(`FAULT ${complaint}`);
process.exitCode = complaints.length === 0 ? 0 : 1;
