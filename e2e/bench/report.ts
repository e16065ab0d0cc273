import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { join } from 'node:path';
import type { Contender } from './contender.ts';
import { median, type Samples } from './measure.ts';
import { type Row, rows } from './rows.ts';

export interface Result {
  readonly row: Row;
  readonly samples: Samples;
}

const file = join(import.meta.dirname, 'results.md');

const figure = (value: number, unit: string) => `${value < 10 ? value.toFixed(2) : value.toFixed(value < 100 ? 1 : 0)} ${unit}`;

/** Medians by side name. */
function medians({ samples }: Result): Partial<Record<Contender['name'], number>> {
  return Object.fromEntries([...samples].map(([side, values]) => [side.name, median(values)]));
}

/** Whether Slipway's figure is within the row's bound. */
function isWithin({ atMost }: Row, ours: number, theirs: number): boolean {
  return typeof atMost === 'number' ? ours <= atMost * theirs : ours <= atMost.absolute;
}

/** A line for the terminal: every side's median and spread. */
export function describe(result: Result): string {
  const sides = [...result.samples].map(([side, values]) => {
    const [low, high] = [Math.min(...values), Math.max(...values)];
    return `${side.name} ${figure(median(values), result.row.unit)} (${figure(low, '')}.. ${figure(high, '')}, n=${values.length})`;
  });
  const { dockerd, Slipway } = medians(result);
  const ratio = dockerd !== undefined && Slipway !== undefined ? `: ${(Slipway / dockerd).toFixed(2)} x` : '';
  return `${result.row.title}: ${sides.join(', ')}${ratio}`;
}

function tableRow(result: Result): string {
  const { dockerd, Slipway } = medians(result) as Record<Contender['name'], number>;
  const { title, unit, atMost } = result.row;
  const bound = typeof atMost === 'number' ? `${atMost} x` : figure(atMost.absolute, unit);
  const count = Math.min(...[...result.samples.values()].map((values) => values.length));
  const verdict = isWithin(result.row, Slipway, dockerd) ? 'yes' : 'no';
  const today = new Date().toISOString().slice(0, 10);
  const cells = [title, figure(dockerd, unit), figure(Slipway, unit), `${(Slipway / dockerd).toFixed(2)} x`, bound, verdict, count, today];
  return `| ${cells.join(' | ')} |`;
}

/** The rows of the report as it is, by their titles. */
function formerRows(): Map<string, string> {
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
  return new Map(lines.flatMap((line) => (/^\| [^|]/.test(line) ? [[line.split(' | ')[0]!.slice(2), line] as const] : [])));
}

/** Every row that there is a figure of, from this run or a former one. */
function tableRows(results: readonly Result[]): string[] {
  const lines = new Map([...formerRows(), ...results.map((result) => [result.row.title, tableRow(result)] as const)]);
  return Object.values(rows).flatMap(({ title }) => lines.get(title) ?? []);
}

/** Writes e2e/bench/results.md: the rows of this run take the place of former ones, the others stay. */
export async function writeReport(sides: readonly Contender[], results: readonly Result[]): Promise<void> {
  const cli = await sides[0]!.docker.ok('version', '--format', '{{.Client.Version}}');
  const debian = readFileSync('/etc/debian_version', 'utf8').trim();
  const machine = `${cpus().length} cores (${cpus()[0]?.model}), ${Math.round(totalmem() / 1e9)} GB, Debian ${debian}, Linux ${release()}`;
  const lines = [
    '# Measurements',
    '',
    'Written by `npm run bench`; read the ratios, the absolute figures are one machine on one day.',
    '',
    '| | dockerd | Slipway | ratio | at most | reached | samples each | measured |',
    '|---|---|---|---|---|---|---|---|',
    ...tableRows(results),
    '',
    `- Machine: ${machine}.`,
    `- Sides: ${sides.map((side) => side.version).join('; ')}; docker CLI ${cli} for both.`,
    '- Both daemons run at the same time on roots of their own on the same disk. Samples alternate between them, the first of a pair',
    '  alternates too, and every figure is the median of its samples.',
    '- Every sample of pull and load has a daemon of its own on a root of its own, and nothing is deleted before the last: ext4 passes over',
    '  freed inodes for minutes, and a sample would pay for the removal of the one before.',
    '- dockerd runs in a network namespace of its own, so that its iptables rules touch nothing else; its options are the defaults.',
    '- Times are wall-clock times of the docker CLI from its start to its end, except `GET /containers/json`, which is one request on a kept',
    "  connection. Memory is VmRSS: of dockerd and containerd, of the one slipwayd, and of the parent of a container's first process.",
    "- IMAGE is Debian's busybox-static. The large image (800 MB, 28,000 files) is copies of the files of a minimal Debian in several layers",
    "  (see large-image.ts). Registries are Debian's docker-registry; builds are those of the classic builder of both.",
    '',
  ];
  writeFileSync(file, lines.join('\n'));
}
