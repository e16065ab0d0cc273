// npm run bench:page -- [--containers 500] [--seconds 300] [--bytes 1e9]: what the dashboard is to reach, in Chromium.
import { writeFileSync } from 'node:fs';
import { cpus, release } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { chromium } from '@playwright/test';
import { busyboxArchive } from '../../fixtures/busybox.ts';
import { startDaemon } from '../../fixtures/daemon.ts';
import { signIn } from '../../fixtures/live-page.ts';
import { crowd } from './crowd.ts';
import { type Figure, isReached, tableRow } from './figure.ts';
import { firstLoad } from './first-load.ts';
import { logFlood } from './log-flood.ts';
import { logSearch } from './log-search.ts';

const { values } = parseArgs({
  options: {
    containers: { type: 'string', default: '500' },
    seconds: { type: 'string', default: '300' },
    bytes: { type: 'string', default: '1e9' },
    only: { type: 'string', default: 'load,crowd,flood,search' },
    report: { type: 'boolean', default: true },
  },
  allowNegative: true,
});

// Answers are not checked against the document here, as they are not for anybody but the tests.
const daemon = await startDaemon({ env: { SLIPWAY_CHECK_RESPONSES: '' } });
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });
try {
  await daemon.load(await busyboxArchive());
  const signedIn = await signIn(daemon);
  const parts: Record<string, () => Promise<Figure[]>> = {
    load: () => firstLoad(browser, daemon.dashboard, signedIn),
    crowd: () => crowd(browser, daemon, signedIn, Number(values.containers)),
    flood: () => logFlood(browser, daemon, signedIn, Number(values.seconds)),
    search: () => logSearch(daemon, signedIn, Number(values.bytes)),
  };
  const figures: Figure[] = [];
  for (const name of values.only.split(',')) {
    for (const figure of await parts[name]!()) {
      process.stdout.write(`${tableRow(figure)}\n`);
      figures.push(figure);
    }
  }
  if (values.report) writeReport(figures);
  process.exitCode = figures.every(isReached) ? 0 : 1;
} finally {
  await browser.close();
  await daemon.remove();
}

function writeReport(figures: Figure[]): void {
  const lines = [
    '# Measurements of the dashboard',
    '',
    `Written by \`npm run bench:page\` on ${new Date().toISOString().slice(0, 10)}: Debian's Chromium ${browser.version()}, headless and drawn by the`,
    `processor, beside the daemon on one machine of ${cpus().length} cores (${cpus()[0]?.model}), Linux ${release()}.`,
    '',
    '| | | to be | reached |',
    '|---|---|---|---|',
    ...figures.map(tableRow),
    '',
  ];
  writeFileSync(join(import.meta.dirname, 'results.md'), lines.join('\n'));
}
