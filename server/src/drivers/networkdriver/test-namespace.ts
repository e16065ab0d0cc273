import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** Runs a command in the host's namespace and returns what it printed. */
export async function host(command: string): Promise<string> {
  return (await execute('sh', ['-ec', command])).stdout;
}

/** A network namespace held by a waiting process, like a container that is created but not started. For tests, as root. */
export class TestNamespace {
  private readonly children: ChildProcess[] = [];

  private constructor(private readonly holder: ChildProcess) {}

  static async create(): Promise<TestNamespace> {
    const holder = spawn('unshare', ['-n', 'sh', '-c', 'echo; exec cat'], { stdio: ['pipe', 'pipe', 'inherit'] });
    const [first] = await Promise.race([once(holder.stdout, 'data'), once(holder, 'exit').then(() => [undefined])]);
    if (first === undefined) throw new Error('cannot make a network namespace: run this test as root');
    return new TestNamespace(holder);
  }

  get pid(): number {
    return this.holder.pid as number;
  }

  /** Runs a command inside and returns what it printed. */
  async run(command: string): Promise<string> {
    return (await execute('nsenter', ['-t', String(this.pid), '-n', 'sh', '-ec', command])).stdout;
  }

  /** Starts a server inside, on all addresses, that tells each caller `name` and the caller's address. */
  async serve(port: number, name: string, protocol: 'tcp' | 'udp' = 'tcp'): Promise<void> {
    const child = spawn('nsenter', ['-t', String(this.pid), '-n', process.execPath, '-e', SERVERS[protocol], String(port), name], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.children.push(child);
    await once(child.stdout, 'data');
  }

  /** What a server at `address` says to a caller in here; an error's code when it cannot be reached. */
  async call(address: string, port: number, protocol: 'tcp' | 'udp' = 'tcp'): Promise<string> {
    return call(address, port, protocol, ['nsenter', '-t', String(this.pid), '-n']);
  }

  /** What a server of datagrams says at last to a caller in here who asks again and again from one port. */
  async insist(address: string, port: number): Promise<string> {
    return (await execute('nsenter', ['-t', String(this.pid), '-n', process.execPath, '-e', INSISTER, address, String(port)])).stdout;
  }

  async destroy(): Promise<void> {
    for (const child of [...this.children, this.holder]) {
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    }
  }
}

/** As `TestNamespace.call`, from the host. */
export async function call(
  address: string,
  port: number,
  protocol: 'tcp' | 'udp' = 'tcp',
  prefix: readonly string[] = [],
): Promise<string> {
  const [command = '', ...args] = [...prefix, process.execPath, '-e', CALLERS[protocol], address, String(port)];
  return (await execute(command, args)).stdout;
}

const SERVERS = {
  tcp: `const [port, name] = process.argv.slice(1);
    require('net').createServer((c) => c.end(name + ' ' + c.remoteAddress.replace('::ffff:', ''))).listen(port, () => console.log());`,
  udp: `const [port, name] = process.argv.slice(1); const s = require('dgram').createSocket('udp4');
    s.on('message', (_, from) => s.send(name + ' ' + from.address, from.port, from.address)); s.bind(port, () => console.log());`,
};

const INSISTER = `const [host, port] = process.argv.slice(1); const s = require('dgram').createSocket('udp4');
  const ask = setInterval(() => s.send('x', port, host), 50); s.on('message', (m) => { process.stdout.write(m); process.exit(); });`;

const CALLERS = {
  tcp: `const [host, port] = process.argv.slice(1); const c = require('net').connect(port, host);
    c.setTimeout(1500, () => { process.stdout.write('ETIMEDOUT'); process.exit(); });
    c.on('error', (e) => { process.stdout.write(e.code); process.exit(); }); c.pipe(process.stdout);`,
  udp: `const [host, port] = process.argv.slice(1); const s = require('dgram').createSocket('udp4'); s.connect(port, host, () => s.send('x'));
    s.on('message', (m) => { process.stdout.write(m); process.exit(); }); s.on('error', (e) => { process.stdout.write(e.code); process.exit(); });
    setTimeout(() => { process.stdout.write('ETIMEDOUT'); process.exit(); }, 1500);`,
};
