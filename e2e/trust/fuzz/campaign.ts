import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { NetConnectOpts } from 'node:net';
import { join } from 'node:path';
import { BUSYBOX, busyboxArchive, busyboxLayer } from '../../fixtures/busybox.ts';
import { type Daemon, startDaemon } from '../../fixtures/daemon.ts';
import { signIn } from '../../fixtures/live-page.ts';
import { file, folder, hardlink, symlink, tar } from '../../fixtures/tar.ts';
import { dashboardIds, type FuzzRequest, operationIds, requestOf, type Surroundings } from './requests.ts';
import { exchange, hangUp, type Reply } from './wire.ts';
import { PLAYGROUND } from './words.ts';

/** A request that was not answered as it must be. */
export interface Finding {
  readonly request: FuzzRequest;
  readonly reply: Reply;
}

export interface Report {
  readonly sent: number;
  readonly findings: readonly Finding[];
  /** Answers by status. */
  readonly statuses: ReadonlyMap<string, number>;
}

/** Requests between two looks at what is there to speak of. */
const ROUND = 200;
const SIDE_BY_SIDE = 6;
/** How long an answer's head may take on a loaded machine. Stopping waits for the program, as it was asked to. */
const LIMIT_MS = 60_000;
const PATIENT = new Set(['ContainerStop', 'ContainerRestart']);

/** Of those that answer 501 there is little to learn. */
const refused = new Set(
  readFileSync(join(import.meta.dirname, '../../api/not-implemented.txt'), 'utf8')
    .trim()
    .split('\n'),
);
const served = new Set(operationIds.filter((id) => !refused.has(id)));

interface Summary {
  readonly Id: string;
  readonly Names: string[];
  readonly State: string;
}

/** The containers that requests speak of: one that runs and ends when it is asked to, one never started, one that has ended. */
const KEPT = new Map<string, object>([
  ['/web', { Cmd: ['sh', '-c', 'trap "exit 0" TERM INT; while :; do sleep 1 & wait; done'], HostConfig: { Binds: ['vol:/v'] } }],
  ['/idle', { Cmd: ['sleep', '5'], Tty: true }],
  ['/ended', { Cmd: ['sh', '-c', 'echo out; echo err >&2'] }],
]);

/** What would end the session that all others are asked in, or keep it from being one. */
const ENDING = new Set([
  'DashboardLogout',
  'DashboardSessionDelete',
  'DashboardPasswordChange',
  'DashboardTotpConfirm',
  'DashboardUserDelete',
]);
const dashboardServed = new Set(dashboardIds.filter((id) => !ENDING.has(id)));

/** Ends in the daemon's place, in a network and a mount namespace of its own: whatever is asked of it does not meet the host's. */
const ASIDE = ['unshare', '--net', '--mount', 'sh', '-c', 'ip link set lo up; exec "$@"', 'sh'];

/** The same where the dashboard has to be reached. */
const REACHABLE = ['unshare', '--mount', 'sh', '-c', 'exec "$@"', 'sh'];

/** Where requests go, with which headers, and for what they ask. */
interface Target {
  readonly to: NetConnectOpts;
  readonly headers: readonly string[];
  readonly served: ReadonlySet<string>;
}

async function asAdmin(daemon: Daemon): Promise<Target> {
  const { cookie, token } = await signIn(daemon);
  const { host, hostname, port } = new URL(daemon.dashboard);
  const headers = [`Host: ${host}`, `Cookie: ${cookie}`, `X-Slipway-Token: ${token}`];
  return { to: { host: hostname, port: Number(port) }, headers, served: dashboardServed };
}

/** Sends requests made from the document to a daemon of its own, and judges the answers. */
export class Campaign {
  private readonly statuses = new Map<string, number>();
  private readonly findings: Finding[] = [];
  private sent = 0;
  private stopped = false;
  private readonly daemon: Daemon;
  private readonly archives: readonly Buffer[];

  private readonly target: Target;

  private constructor(daemon: Daemon, archives: readonly Buffer[], target: Target) {
    this.daemon = daemon;
    this.archives = archives;
    this.target = target;
  }

  /** @param dashboard asks for the dashboard's own operations, as its admin, and not for the Engine API's */
  static async open({ dashboard = false } = {}): Promise<Campaign> {
    mkdirSync(PLAYGROUND, { recursive: true });
    writeFileSync(join(PLAYGROUND, 'file'), 'played with');
    const daemon = await startDaemon({ within: dashboard ? REACHABLE : ASIDE });
    const small = [folder('d'), file('d/f', 'content'), symlink('d/s', '/etc/passwd'), hardlink('d/h', 'd/f')];
    return new Campaign(
      daemon,
      [await tar(small), await tar([file('Dockerfile', `FROM ${BUSYBOX}\nRUN true\n`)]), await busyboxArchive(), await busyboxLayer()],
      dashboard ? await asAdmin(daemon) : { to: { path: daemon.socket }, headers: ['Host: docker'], served },
    );
  }

  /** Sends the requests of `count` seeds from `first` on; `told` hears of each finding at once. */
  async run(
    first: number,
    count: number,
    told: (finding: Finding) => void,
    only: ReadonlySet<string> = this.target.served,
  ): Promise<Report> {
    for (let start = first; start < first + count && this.alive && !this.stopped; start += ROUND) {
      const around = await this.surroundings();
      const seeds = Array.from({ length: Math.min(ROUND, first + count - start) }, (_, index) => start + index);
      const sender = async () => {
        for (let seed = seeds.shift(); seed !== undefined && this.alive; seed = seeds.shift())
          await this.send(requestOf(seed, around, only), told);
      };
      await Promise.all(Array.from({ length: SIDE_BY_SIDE }, sender));
    }
    return { sent: this.sent, findings: this.findings, statuses: this.statuses };
  }

  /** Ends the run after the requests of this round. */
  stop(): void {
    this.stopped = true;
  }

  /** What the daemon said, for the words behind a 500. */
  get output(): string {
    return this.daemon.output;
  }

  /** What Node and the daemon itself have to say against it: descriptors or listeners that were left. */
  get warnings(): string[] {
    return this.output.split('\n').filter((line) => /Warning: /.test(line));
  }

  /** False once the daemon has ended, which no request may make it do. */
  get alive(): boolean {
    return this.daemon.alive;
  }

  /** Fails when the daemon left anything behind. */
  async close(): Promise<void> {
    await this.daemon.remove();
    rmSync(PLAYGROUND, { recursive: true, force: true });
  }

  private async send(request: FuzzRequest, told: (finding: Finding) => void): Promise<void> {
    if (request.cut !== undefined) {
      this.sent++;
      return hangUp(this.target.to, request.bytes.subarray(0, request.cut));
    }
    const reply = await exchange(this.target.to, request.bytes, LIMIT_MS);
    this.sent++;
    this.statuses.set(String(reply.status), (this.statuses.get(String(reply.status)) ?? 0) + 1);
    if (this.isFine(request, reply)) return;
    const finding = { request, reply };
    this.findings.push(finding);
    told(finding);
  }

  /** 501 names what is not served, 503 what cannot be reached or is no swarm: both are answers; 500 is a fault of ours. */
  private isFine({ operation }: FuzzRequest, { status }: Reply): boolean {
    if (status === 'silent') return PATIENT.has(operation);
    return status !== 'closed' && (status < 500 || status === 501 || status === 503);
  }

  /** Puts back what requests have removed, and clears what they made, so that the next ones reach something. */
  private async surroundings(): Promise<Surroundings> {
    const { http } = this.daemon;
    const containers: Summary[] = (await http.get('/containers/json?all=1')).json;
    const kept = containers.filter(({ Names: [name = ''], State }) => (name === '/web' ? State === 'running' : KEPT.has(name)));
    await Promise.all(containers.filter((each) => !kept.includes(each)).map(({ Id }) => http.delete(`/containers/${Id}?force=1&v=1`)));
    const images = await this.images();
    const [{ json: networks }] = await Promise.all([http.get('/networks?filters={"type":["custom"]}'), http.post('/volumes/prune')]);
    if (networks.length > 5) await http.post('/networks/prune');
    await http.post('/networks/create', { Name: 'net' });
    await http.post('/volumes/create', { Name: 'vol' });
    const ids = await Promise.all(
      [...KEPT].filter(([name]) => !kept.some(({ Names }) => Names[0] === name)).map(([name, body]) => this.make(name.slice(1), body)),
    );
    const execs = await Promise.all(
      [1, 2].map(async () => (await http.post('/containers/web/exec', { Cmd: ['sleep', '1'], AttachStdout: true })).json.Id as string),
    );
    return {
      containers: ['web', 'idle', 'ended', 'web', ...ids],
      images: [BUSYBOX, ...images],
      networks: ['net', 'bridge', 'none', 'host'],
      volumes: ['vol'],
      execs: execs.filter(Boolean),
      archives: this.archives,
      headers: this.target.headers,
    };
  }

  /** Ids of the images that are there; busybox always is. */
  private async images(): Promise<string[]> {
    const { http } = this.daemon;
    const images: { RepoTags: string[]; Id: string }[] = (await http.get('/images/json')).json;
    if (images.length > 12) await http.post('/images/prune?filters={"dangling":["false"]}');
    if (images.length > 12 || !images.some(({ RepoTags }) => RepoTags.includes(BUSYBOX)))
      await http.post('/images/load?quiet=1', this.archives[2], { headers: { 'content-type': 'application/x-tar' } });
    return images.map(({ Id }) => Id);
  }

  private async make(name: string, body: object): Promise<string> {
    const { http } = this.daemon;
    const { json } = await http.post(`/containers/create?name=${name}`, { Image: BUSYBOX, ...body });
    if (name !== 'idle') await http.post(`/containers/${name}/start`);
    return json.Id ?? 'ghost';
  }
}
