import { BUSYBOX, busyboxArchive } from '../fixtures/busybox.ts';
import { startDaemon } from '../fixtures/daemon.ts';
import { killBetween } from './network-kills.ts';

/**
 * npm run scale -- [CONTAINERS [PORTS [PUBLISHERS [KILLED]]]]: many containers in one network that all find each other, many published
 * ports that slow nothing down, and networks that are made and removed while the daemon is killed.
 * Prints what it measures and ends with 1 when something is not as it is to be.
 */
const CONTAINERS = Number(process.argv[2] ?? 250);
const PORTS = Number(process.argv[3] ?? 1000);
const PUBLISHERS = Number(process.argv[4] ?? 200);
const KILLED = Number(process.argv[5] ?? 200);
const AT_ONCE = 8;
/** Below the ports that the kernel picks itself. */
const FIRST_PORT = 20_000;

const daemon = await startDaemon();
const { docker } = daemon;
const say = (text: string) => process.stdout.write(`${text}\n`);

try {
  await daemon.load(await busyboxArchive());
  await docker.ok('network', 'create', 'crowd');
  if (CONTAINERS > 0) await crowd().then(clear);
  if (PORTS > 0) await ports().then(clear);
  if (PUBLISHERS > 0) await publishers();
  if (KILLED > 0) say(await killBetween(daemon, KILLED));
} catch (error) {
  say(`failed: ${String(error)}\n${daemon.output}`);
  throw error;
} finally {
  await daemon.remove();
}

async function clear(): Promise<void> {
  const all = (await docker.ok('ps', '-aq')).split('\n');
  await docker.run(['rm', '-f', ...all], { timeoutMs: 300_000 });
}

/** Every container serves its number; then each is asked by one other, by name. */
async function crowd(): Promise<void> {
  const serve = 'mkdir /www; hostname > /www/index.html; exec httpd -f -p 80 -h /www';
  const took = await timed(() =>
    each(CONTAINERS, (index) =>
      docker.ok('run', '-d', '--name', `c${index}`, '--hostname', `c${index}`, '--network', 'crowd', BUSYBOX, 'sh', '-c', serve),
    ),
  );
  say(`${CONTAINERS} containers in one network: started in ${took} ms, ${Math.round(took / CONTAINERS)} ms each`);
  const names = Array.from({ length: CONTAINERS }, (_, index) => `c${index}`).join(' ');
  const script = `for name in ${names}; do test "$(wget -qO- http://$name)" = $name || echo $name; done`;
  const asked = await timed(async () => {
    const missed = await Promise.all([0, CONTAINERS - 1].map((index) => docker.ok('exec', `c${index}`, 'sh', '-c', script)));
    if (missed.join('') !== '') throw new Error(`not reached by name: ${missed.join(' ')}`);
  });
  await each(CONTAINERS, async (index) => {
    const other = `c${(index + 1) % CONTAINERS}`;
    const page = await docker.ok('exec', `c${index}`, 'wget', '-qO-', `http://${other}`);
    if (page !== other) throw new Error(`c${index} found ${page} at ${other}`);
  });
  say(`all reached by name from two of them in ${asked} ms, and each from its neighbour`);
}

/** The time to start a container with one port and to get a page through one, without other ports and with many. */
async function ports(): Promise<void> {
  const serve = 'echo hi > /index.html; exec httpd -f -p 80 -h /';
  const start = async (name: string, flags: readonly string[]) =>
    timed(() => docker.ok('run', '-d', '--name', name, ...flags, BUSYBOX, 'sh', '-c', serve));
  const before = await median(10, (index) => start(`before${index}`, ['-p', '80']));
  const port = /:(\d+)$/m.exec(await docker.ok('port', 'before0', '80'))?.[1];
  const get = () => timed(async () => (await fetch(`http://127.0.0.1:${port}/`, { headers: { connection: 'close' } })).text());
  const pageBefore = await median(200, get);
  const all = await start('many', ['-p', `127.0.0.1:${FIRST_PORT}-${FIRST_PORT + PORTS - 1}:10000-${9999 + PORTS}`]);
  const after = await median(10, (index) => start(`after${index}`, ['-p', '80']));
  const pageAfter = await median(200, get);
  say(`${PORTS} ports of one container: started in ${all} ms; the start of another one took ${before} ms before, ${after} ms after`);
  say(`a page through a published port took ${pageBefore} ms before, ${pageAfter} ms after`);
}

/** Many containers with a port each, removed all at once. */
async function publishers(): Promise<void> {
  const took = await timed(() =>
    each(PUBLISHERS, (index) => docker.ok('run', '-d', '--name', `p${index}`, '-p', '80', BUSYBOX, 'sleep', '3600')),
  );
  const names = Array.from({ length: PUBLISHERS }, (_, index) => `p${index}`);
  const removed = await timed(() =>
    docker.run(['rm', '-f', ...names], { timeoutMs: 300_000 }).then(({ code, stderr }) => {
      if (code !== 0) throw new Error(`not all were removed: ${stderr}`);
    }),
  );
  say(`${PUBLISHERS} containers with a port each: started in ${took} ms, removed all at once in ${removed} ms`);
}

/** Runs `work` for 0 to count - 1, some at once. */
async function each(count: number, work: (index: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return Math.round((performance.now() - start) * 10) / 10;
}

async function median(count: number, measure: (index: number) => Promise<number>): Promise<number> {
  const times: number[] = [];
  for (let index = 0; index < count; index++) times.push(await measure(index));
  return times.toSorted((a, b) => a - b)[Math.floor(count / 2)]!;
}
