// Many containers, and much output of one.
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { BUSYBOX } from '../fixtures/busybox.ts';
import type { Answer } from '../fixtures/engine-http.ts';
import type { Contender } from './contender.ts';
import { alternate, residentMegabytes, type Samples, timed } from './measure.ts';

export const MANY = 200;
const AT_A_TIME = 20;
export const LINES = 1_000_000;
export const FOLLOWERS = 50;
/** Output of the busy container: bursts of 10,000 lines. */
const BURSTS = 60;

/** Seconds to create, start and remove containers over the API, and nothing left of them. */
export function crowds(sides: readonly Contender[], count: number): Promise<Samples> {
  return alternate(sides, count, async (side) => {
    const before = await side.census?.();
    const milliseconds = await timed(() => crowd(side));
    await sameAgain(side, before);
    return milliseconds / 1000;
  });
}

async function crowd({ http }: Contender): Promise<void> {
  const waiting = Array.from({ length: MANY }, (_, index) => `many-${index}`);
  const work = async () => {
    for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
      expectStatus(201, await http.post(`/v1.41/containers/create?name=${name}`, { Image: BUSYBOX, Cmd: ['sleep', '3600'] }));
      expectStatus(204, await http.post(`/v1.41/containers/${name}/start`));
      const { State } = expectStatus(200, await http.get(`/v1.41/containers/${name}/json`)).json;
      if (!State.Running || !(State.Pid > 0)) throw new Error(`${name} does not run: ${JSON.stringify(State)}`);
      expectStatus(204, await http.delete(`/v1.41/containers/${name}?force=1`));
      expectStatus(404, await http.get(`/v1.41/containers/${name}/json`));
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, work));
}

function expectStatus(wanted: number, answer: Answer): Answer {
  if (answer.status !== wanted) throw new Error(`status ${answer.status} instead of ${wanted}: ${answer.text}`);
  return answer;
}

/** What ends in the background has some time to. */
async function sameAgain(side: Contender, before: Readonly<Record<string, number>> | undefined): Promise<void> {
  for (let attempt = 0; before !== undefined; attempt++) {
    const now = await side.census!();
    const more = Object.entries(now).filter(([kind, number]) => number > (before[kind] ?? 0));
    if (more.length === 0) return;
    if (attempt === 100)
      throw new Error(`left behind: ${more.map(([kind, number]) => `${number - (before[kind] ?? 0)} ${kind}`).join(', ')}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Seconds until a container has written its lines and ended; `docker logs` then has all of them in order. */
export function logWriting(sides: readonly Contender[], count: number): Promise<Samples> {
  return withLines(sides, count, async (write) => (await timed(write)) / 1000);
}

/** Seconds that `docker logs` takes for them. */
export function logReading(sides: readonly Contender[], count: number): Promise<Samples> {
  return withLines(sides, count, async (write, read) => {
    await write();
    return (await timed(read)) / 1000;
  });
}

function withLines(
  sides: readonly Contender[],
  count: number,
  sample: (write: () => Promise<void>, read: () => Promise<void>) => Promise<number>,
): Promise<Samples> {
  const expected = Array.from({ length: LINES }, (_, index) => `${index + 1}\n`).join('');
  return alternate(sides, count, async ({ docker }) => {
    const write = async () => {
      await docker.ok('run', '-d', '--name=loud', BUSYBOX, 'seq', `${LINES}`);
      const code = await docker.ok('wait', 'loud');
      if (code !== '0') throw new Error(`the writer ended with ${code}`);
    };
    const read = async () => {
      const { stdout } = await docker.run(['logs', 'loud'], { timeoutMs: 300_000 });
      if (stdout !== expected) throw new Error(`docker logs has ${stdout.split('\n').length - 1} lines, or another order`);
    };
    const figure = await sample(write, read);
    await read();
    await docker.ok('rm', '-f', 'loud');
    return figure;
  });
}

/** Megabytes that the daemon grows by while followers read a busy log: from a third of its output on. */
export function followers(sides: readonly Contender[], count: number): Promise<Samples> {
  const burst = Array.from({ length: 10_000 }, (_, index) => `${index + 1}\r\n`).join('');
  const expected = createHash('sha256').update(burst.repeat(BURSTS)).digest('hex');
  const total = burst.length * BURSTS;
  return alternate(sides, count, async (side) => {
    const { docker, http } = side;
    const script = `until [ -e /go ]; do sleep 0.1; done; i=0; while [ $i -lt ${BURSTS} ]; do seq 10000; i=$((i+1)); sleep 0.1; done`;
    const id = await docker.ok('run', '-d', '-t', BUSYBOX, 'sh', '-c', script);
    const memory = async () => (await side.daemons()).reduce((sum, pid) => sum + residentMegabytes(pid), 0);
    let received = 0;
    let early = 0;
    let most = 0;
    const follow = async () => {
      const stream = await http.open('GET', `/v1.41/containers/${id}/logs?follow=1&stdout=1&stderr=1`);
      const hash = createHash('sha256');
      stream.on('data', (chunk: Buffer) => {
        hash.update(chunk);
        received += chunk.length;
      });
      return once(stream, 'end').then(() => hash.digest('hex'));
    };
    const digests = Array.from({ length: FOLLOWERS }, follow);
    await docker.ok('exec', id, 'touch', '/go');
    const sampling = setInterval(() => {
      void memory().then((now) => {
        if (received < (total * FOLLOWERS) / 3) early = Math.max(early, now);
        else most = Math.max(most, now);
      });
    }, 200);
    const wrong = (await Promise.all(digests)).filter((digest) => digest !== expected).length;
    clearInterval(sampling);
    await docker.ok('rm', '-f', id);
    // The log of dockerd 20.10 breaks off for followers that are slower than the writer.
    if (wrong > 0 && side.name === 'Slipway')
      throw new Error(`${wrong} of ${FOLLOWERS} followers of ${side.name} saw something else than what was written`);
    return Math.max(0, most - early);
  });
}
