// `npm run test:load -- [--containers N] [--running N] [--clients N] [--events N]`: many of everything at once. Prints what it
// measures and ends with 1 when something is lost or left.
import type { IncomingMessage } from 'node:http';
import { parseArgs } from 'node:util';
import { BUSYBOX, busyboxArchive } from '../../fixtures/busybox.ts';
import { startDaemon } from '../../fixtures/daemon.ts';
import { disagreements } from '../faults/census.ts';
import { until } from '../faults/until.ts';
import { each, sample, timed, told } from './sample.ts';

const { values } = parseArgs({
  options: {
    containers: { type: 'string', default: '1000' },
    running: { type: 'string', default: '300' },
    clients: { type: 'string', default: '1000' },
    events: { type: 'string', default: '10000' },
  },
});
const [containers, running, clients, events] = [values.containers, values.running, values.clients, values.events].map(Number) as [
  number,
  number,
  number,
  number,
];
const AT_ONCE = 16;
const say = (text: string) => process.stdout.write(`${text}\n`);
// A network with room for all: the default one of these tests has 253 addresses.
const daemon = await startDaemon({ flags: ['--default-address-pool=base=10.208.0.0/12,size=20'] });
const { http } = daemon;

async function expectStatus(wanted: number, answer: Promise<{ status: number; text: string }>): Promise<void> {
  const { status, text } = await answer;
  if (status !== wanted) throw new Error(`${wanted} was to be answered, and ${status} was: ${text}`);
}

const listed = async (filter = '') => (await http.get(`/containers/json?all=1${filter}`)).json.length as number;

async function crowd(): Promise<void> {
  await expectStatus(201, http.post('/networks/create', { Name: 'crowd' }));
  const body = { Image: BUSYBOX, Cmd: ['sleep', 'infinity'], HostConfig: { NetworkMode: 'crowd' } };
  const created = await timed(() =>
    each(containers, AT_ONCE, (index) => expectStatus(201, http.post(`/containers/create?name=load-${index}`, body))),
  );
  say(`${containers} containers created in ${created} ms`);
  const started = await timed(() => each(running, AT_ONCE, (index) => expectStatus(204, http.post(`/containers/load-${index}/start`))));
  say(`${running} started in ${started} ms`);
  const listing = await timed(async () => {
    if ((await listed()) !== containers) throw new Error('containers are missing in the list');
  });
  say(`the list of all in ${listing} ms; the daemon: ${told(await sample(daemon))}`);
}

/** Restarts with everything running: the API must answer soon. */
async function restart(): Promise<void> {
  await daemon.stop('SIGKILL');
  const back = await timed(() => daemon.start());
  if ((await listed('&filters={"status":["running"]}')) !== running) throw new Error('containers were lost by the restart');
  say(`killed and started again with ${running} running: the API answered after ${back} ms`);
}

/** Each holds a stream of events and asks for the list; all hear of all events. */
async function clientele(): Promise<void> {
  const heard = Array.from({ length: clients }, () => 0);
  const streams: IncomingMessage[] = [];
  await each(clients, 50, async (index) => {
    const stream = await http.open('GET', '/events?filters={"type":["image"]}');
    streams.push(stream);
    stream.on('data', (chunk: Buffer) => (heard[index]! += chunk.toString().split('\n').length - 1));
  });
  const asked = await timed(() => each(clients, 100, () => expectStatus(200, http.get('/containers/json?limit=10'))));
  say(`${clients} clients with a stream of events each; ${clients} lists of ten in ${asked} ms`);
  const few = Math.max(1, Math.round(events / 100));
  await each(few, 4, (index) => expectStatus(201, http.post(`/images/${BUSYBOX}/tag?repo=told&tag=t${index}`)));
  await until('all clients to hear of all events', async () => heard.every((count) => count === few), 120_000);
  say(`${few} events reached all of ${clients} clients: ${few * clients} messages; the daemon: ${told(await sample(daemon))}`);
  for (const stream of streams) stream.destroy();
}

async function manyEvents(): Promise<void> {
  let heard = 0;
  const stream = await http.open('GET', '/events?filters={"type":["image"]}');
  stream.on('data', (chunk: Buffer) => (heard += chunk.toString().split('\n').length - 1));
  const took = await timed(async () => {
    await each(events, AT_ONCE, () => expectStatus(201, http.post(`/images/${BUSYBOX}/tag?repo=told&tag=again`)));
    await until('all events', async () => heard >= events, 120_000);
  });
  stream.destroy();
  if (heard !== events) throw new Error(`${events} events happened, and ${heard} were told`);
  say(`${events} events in ${took} ms, each told once`);
}

try {
  await daemon.load(await busyboxArchive());
  await crowd();
  await restart();
  await clientele();
  await manyEvents();
  const removed = await timed(() =>
    each(containers, AT_ONCE, (index) => expectStatus(204, http.delete(`/containers/load-${index}?force=1`))),
  );
  await until('nothing to be left', async () => (await disagreements(daemon)).length === 0, 60_000);
  say(`all removed in ${removed} ms; the daemon: ${told(await sample(daemon))}`);
} finally {
  await daemon.remove();
}
