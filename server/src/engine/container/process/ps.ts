import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { invalidParameter, messageOf, notImplemented, systemError } from '../../../base/errors.js';

const run = promisify(execFile);

export interface ProcessTable {
  readonly Titles: string[];
  readonly Processes: string[][];
}

/**
 * What `ps ARGS` says of some processes. The default `-ef` is answered from /proc, so that it needs no ps(1) on the host.
 * @throws InvalidParameter when the arguments leave the PID column out
 */
export function listProcesses(pids: readonly number[], args: string): Promise<ProcessTable> {
  return args === '' || args === '-ef' ? fromProc(pids) : fromPs(pids, args);
}

async function fromPs(pids: readonly number[], args: string): Promise<ProcessTable> {
  // Options as words of their own: no shell sees them.
  const words = args.split(/\s+/).filter(Boolean);
  const { stdout } = await run('ps', words, { maxBuffer: 64 * 1024 * 1024 }).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT')
      throw notImplemented("ps is not installed on the host: leave the arguments out, or install 'procps'");
    // It has run, and said what it does not like about its arguments; without words there was nothing it could list.
    const { code, stderr = '' } = error as { code?: unknown; stderr?: string };
    if (typeof code === 'number') throw invalidParameter(`ps: ${stderr.trim().split('\n')[0] || `ended with ${code}`}`, error);
    throw systemError(`ps: ${messageOf(error)}`, error);
  });
  const [head = '', ...lines] = stdout.trimEnd().split('\n');
  const Titles = head.trim().split(/\s+/);
  const column = Titles.indexOf('PID');
  if (column < 0) throw invalidParameter("Couldn't find PID field in ps output");
  const wanted = new Set(pids);
  const Processes = lines.map((line) => fields(line, Titles.length)).filter((row) => wanted.has(Number(row[column])));
  return { Titles, Processes };
}

/** The last field has the spaces of the command. */
function fields(line: string, count: number): string[] {
  const parts = line.trim().split(/\s+/);
  return [...parts.slice(0, count - 1), parts.slice(count - 1).join(' ')];
}

async function fromProc(pids: readonly number[]): Promise<ProcessTable> {
  const [passwd, uptime] = await Promise.all([readFile('/etc/passwd', 'utf8'), readFile('/proc/uptime', 'utf8')]);
  const users = new Map(passwd.split('\n').map((line) => [line.split(':')[2] ?? '', line.split(':')[0] ?? '']));
  const rows = await Promise.all(pids.map((pid) => processRow(pid, users, Number.parseFloat(uptime))));
  return { Titles: ['UID', 'PID', 'PPID', 'C', 'STIME', 'TTY', 'TIME', 'CMD'], Processes: rows.filter((row) => row !== undefined) };
}

/** USER_HZ: clock ticks a second in /proc, the same on every architecture we run on. */
const TICKS = 100;

/** One row of `ps -ef` (proc_pid_stat(5)); undefined when the process has ended meanwhile. */
async function processRow(pid: number, users: ReadonlyMap<string, string>, uptime: number): Promise<string[] | undefined> {
  const read = (name: string) => readFile(`/proc/${pid}/${name}`, 'utf8');
  const files = await Promise.all([read('stat'), read('status'), read('cmdline')]).catch(() => undefined);
  if (!files) return undefined;
  const [stat, status, cmdline] = files;
  const name = stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
  const after = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const [ppid = 0, tty = 0, user = 0, system = 0, started = 0] = [after[1], after[4], after[11], after[12], after[19]];
  const uid = /^Uid:\s+(\d+)/m.exec(status)?.[1] ?? '0';
  const elapsed = uptime - started / TICKS;
  const cpu = (user + system) / TICKS;
  const command = cmdline.replace(/\0+$/, '').replaceAll('\0', ' ') || `[${name}]`;
  const use = String(elapsed > 0 ? Math.min(99, Math.floor((cpu * 100) / elapsed)) : 0);
  return [users.get(uid) ?? uid, String(pid), String(ppid), use, startTime(elapsed), ttyName(tty), clock(cpu), command];
}

/** Time of day of a start within the last day, else month and day. */
function startTime(elapsed: number): string {
  const date = new Date(Date.now() - elapsed * 1000);
  if (elapsed < 86_400) return date.toTimeString().slice(0, 5);
  return date.toDateString().slice(4, 10).replace(' ', '');
}

function clock(seconds: number): string {
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0');
  return `${two(seconds / 3600)}:${two((seconds / 60) % 60)}:${two(seconds % 60)}`;
}

/** Consoles of containers are pseudo-terminals: majors 136 to 143. */
function ttyName(device: number): string {
  const major = (device >> 8) & 0xfff;
  const minor = (device & 0xff) | ((device >> 12) & 0xfff00);
  return major >= 136 && major <= 143 ? `pts/${minor + (major - 136) * 256}` : '?';
}
