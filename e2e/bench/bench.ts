// Measures Slipway beside Debian's dockerd: same machine, same docker CLI, alternating, medians.
//   npm run bench -- [--only run-none,exec,load:3] [-n 20] [--side dockerd] [--no-report]     (a row's own count follows its name)
import { parseArgs } from 'node:util';
import { BUSYBOX, busyboxArchive } from '../fixtures/busybox.ts';
import type { Contender } from './contender.ts';
import { startDockerd } from './dockerd.ts';
import { describe, type Result, writeReport } from './report.ts';
import { rows } from './rows.ts';
import { startSlipway } from './slipway.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: Object.keys(rows).join(',') },
    count: { type: 'string', short: 'n', default: '20' },
    side: { type: 'string', default: 'both' },
    report: { type: 'boolean', default: true },
  },
  allowNegative: true,
});

const chosen = values.only.split(',').map((entry) => {
  const [name = '', count = values.count] = entry.split(':');
  return { name, count: Number(count) };
});
const unknown = chosen.map(({ name }) => name).filter((name) => !(name in rows));
if (unknown.length > 0) throw new Error(`there is no row ${unknown.join(', ')}: choose from ${Object.keys(rows).join(', ')}`);

const starters = { dockerd: [startDockerd], slipway: [startSlipway], both: [startDockerd, startSlipway] }[values.side];
if (!starters) throw new Error(`--side is dockerd, slipway or both, not ${values.side}`);

const sides: Contender[] = [];
const results: Result[] = [];
try {
  for (const start of starters) sides.push(await start());
  const archive = await busyboxArchive();
  for (const { docker } of sides) await docker.feed(archive, 'load');
  // The first container of a daemon pays for its caches; nobody measures that one.
  for (const { docker } of sides) await docker.ok('run', '--rm', BUSYBOX, 'true');
  for (const { name, count } of chosen) {
    const row = rows[name]!;
    const result = { row, samples: await row.measure(sides, count) };
    results.push(result);
    process.stdout.write(`${describe(result)}\n`);
    // After each row, so that a run that is broken off keeps what it has.
    if (values.report && sides.length === 2) await writeReport(sides, results);
  }
} finally {
  for (const side of sides) await side.stop();
}
