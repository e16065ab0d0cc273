import { frames } from '../../fixtures/attempt.ts';
import { BUSYBOX } from '../../fixtures/busybox.ts';
import type { Daemon } from '../../fixtures/daemon.ts';
import { bridgePrefix } from './census.ts';
import { somePort } from './operations.ts';
import { until } from './until.ts';

const SERVE = 'mkdir /www; echo page > /www/index.html; exec httpd -f -p 8080 -h /www';

/** Containers that run all the time: whatever happens to the daemon, nothing may happen to them. */
const MEMBERS: Readonly<Record<string, object>> = {
  counter: { Cmd: ['sh', '-c', 'i=0; while :; do echo $i; i=$((i+1)); usleep 50000; done'] },
  echo: { Cmd: ['sh', '-c', 'while read line; do echo "got $line"; done'], OpenStdin: true },
  healthy: { Cmd: ['sleep', 'infinity'], Healthcheck: { Test: ['CMD', 'true'], Interval: 1_000_000_000 } },
  phoenix: { Cmd: ['sh', '-c', 'sleep 2; exit 1'], HostConfig: { RestartPolicy: { Name: 'always' } } },
  server: {
    Cmd: ['sh', '-c', SERVE],
    ExposedPorts: { '8080/tcp': {} },
    HostConfig: { NetworkMode: 'fleet', PortBindings: { '8080/tcp': [{ HostIp: '127.0.0.1', HostPort: somePort() }] } },
  },
  client: { Cmd: ['sleep', 'infinity'], HostConfig: { NetworkMode: 'fleet', IpcMode: 'shareable' } },
};

interface Member {
  readonly id: string;
  readonly pid: number;
  readonly startedAt: string;
}

/** The containers that must outlive every death of the daemon, and what is asked of them after each. */
export class Fleet {
  private readonly daemon: Daemon;
  private readonly members = new Map<string, Member>();
  private port = '';
  private spoken = 0;

  constructor(daemon: Daemon) {
    this.daemon = daemon;
  }

  async launch(): Promise<void> {
    const { http } = this.daemon;
    await http.post('/networks/create', {
      Name: 'fleet',
      Options: { 'com.docker.network.bridge.name': `${bridgePrefix(this.daemon)}fleet` },
    });
    for (const [name, body] of Object.entries(MEMBERS)) {
      const { json, status, text } = await http.post(`/containers/create?name=${name}`, { Image: BUSYBOX, ...body });
      if (status !== 201) throw new Error(`${name}: ${text}`);
      await http.post(`/containers/${json.Id}/start`);
      const { State, NetworkSettings } = await this.inspect(name);
      this.members.set(name, { id: json.Id, pid: State.Pid, startedAt: State.StartedAt });
      if (name === 'server') this.port = NetworkSettings.Ports['8080/tcp'][0].HostPort;
    }
    await until('the health check', async () => (await this.inspect('healthy')).State.Health.Status === 'healthy');
    await until('the server', () => this.serves());
  }

  /** What has not been kept, as lines. @param restarted when the daemon was back, in milliseconds since 1970 */
  async complaints(restarted: number): Promise<string[]> {
    const results = await Promise.allSettled([
      ...[...this.members.keys()].map((name) => this.checkState(name)),
      this.checkPort(),
      this.checkName(),
      this.checkStreams(),
      this.checkHealth(restarted),
      this.checkPhoenix(restarted),
    ]);
    return results.flatMap((result) => (result.status === 'rejected' ? [String((result.reason as Error).message)] : []));
  }

  /** Every line the counter wrote is in its log, once and in order. */
  async logComplaints(): Promise<string[]> {
    const { body } = await this.daemon.http.get('/containers/counter/logs?stdout=1');
    const lines = frames(body).trimEnd().split('\n');
    const wrong = lines.findIndex((line, index) => line !== String(index));
    return wrong < 0 ? [] : [`counter: line ${wrong} of ${lines.length} is "${lines[wrong]}"`];
  }

  private async checkState(name: string): Promise<void> {
    if (name === 'phoenix') return;
    const { State } = await this.inspect(name);
    const { pid, startedAt } = this.members.get(name)!;
    if (State.Status !== 'running' || State.Pid !== pid || State.StartedAt !== startedAt)
      throw new Error(`${name}: was running as ${pid} since ${startedAt}, and is now ${JSON.stringify(State)}`);
  }

  private async checkPort(): Promise<void> {
    if (!(await this.serves())) throw new Error(`server: port ${this.port} does not answer`);
  }

  private async serves(): Promise<boolean> {
    const answer = await fetch(`http://127.0.0.1:${this.port}`).catch(() => undefined);
    return (await answer?.text()) === 'page\n';
  }

  private async checkName(): Promise<void> {
    const page = await this.daemon.docker.ok('exec', 'client', 'wget', '-qO-', 'http://server:8080');
    if (page !== 'page') throw new Error(`client: the server's name leads to ${page}`);
  }

  private async checkStreams(): Promise<void> {
    const { socket, head } = await this.daemon.http.hijack('/containers/echo/attach?stream=1&stdin=1&stdout=1');
    try {
      const word = `word-${++this.spoken}`;
      let heard = head.toString('latin1');
      socket.on('data', (chunk: Buffer) => (heard += chunk.toString('latin1')));
      socket.write(`${word}\n`);
      await until('what was typed to come back', async () => heard.includes(`got ${word}\n`));
    } finally {
      socket.destroy();
    }
  }

  private async checkHealth(restarted: number): Promise<void> {
    await until('a health check after the restart', async () => {
      const { Health } = (await this.inspect('healthy')).State;
      return Health.Status === 'healthy' && Health.Log.some(({ Start }: { Start: string }) => Date.parse(Start) > restarted);
    });
  }

  /** Its policy starts it again and again: a start after the daemon's. */
  private async checkPhoenix(restarted: number): Promise<void> {
    await until('the restart policy to start phoenix', async () => {
      const { State } = await this.inspect('phoenix');
      // It lives for 2 s: one that was adopted ends first, and its wait grows with every failure, up to a minute.
      return State.Status === 'running' || State.Status === 'restarting' || Date.parse(State.StartedAt) > restarted;
    });
  }

  private async inspect(name: string): Promise<any> {
    const { status, text, json } = await this.daemon.http.get(`/containers/${name}/json`);
    if (status !== 200) throw new Error(`${name}: ${text}`);
    return json;
  }
}

/** Whether a container or network of this name is of the fleet. */
export function isFleet(name: string): boolean {
  return name === 'fleet' || name in MEMBERS;
}
