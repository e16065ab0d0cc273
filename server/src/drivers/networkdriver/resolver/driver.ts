import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { systemError } from '../../../base/errors.js';
import { resolverProgram } from '../../../libcontainer/index.js';
import type { DnsDriver, DnsEndpoint, DnsPicture, DnsView } from '../driver.js';

/** DNS by slipway-resolver, a small process that outlives the daemon; see native/resolver/control.h for what it is told. */
export class ResolverDriver implements DnsDriver {
  private socket: Socket | undefined;
  private starting: Promise<void> | undefined;
  private picture: () => DnsPicture = () => ({ endpoints: [], views: [] });
  private lost: () => void = () => undefined;

  /** @param path of the resolver's unix socket, unique to this daemon */
  constructor(private readonly path: string) {}

  async open(picture: () => DnsPicture, lost: () => void): Promise<ReadonlySet<string>> {
    Object.assign(this, { picture, lost });
    try {
      return await this.connect();
    } catch (error) {
      if (isAbsent(error)) return new Set();
      throw error;
    }
  }

  start(): Promise<void> {
    if (this.socket) return Promise.resolve();
    this.starting ??= this.launch().finally(() => (this.starting = undefined));
    return this.starting;
  }

  setEndpoint(endpoint: DnsEndpoint): void {
    this.socket?.write(endpointLine(endpoint));
  }

  removeEndpoint(id: string): void {
    this.socket?.write(`gone\t${id}\n`);
  }

  setView(view: DnsView): void {
    this.socket?.write(viewLine(view));
  }

  removeView(id: string): void {
    this.socket?.write(`drop\t${id}\n`);
  }

  async close(): Promise<void> {
    const { socket } = this;
    this.socket = undefined;
    if (!socket || socket.destroyed) return;
    const closed = once(socket, 'close');
    socket.end();
    await closed;
  }

  private async launch(): Promise<void> {
    const child = spawn(resolverProgram, [this.path], { detached: true, stdio: ['ignore', 'pipe', 'ignore'] });
    const ready = once(child.stdout, 'data');
    const failed = once(child, 'exit').then(([code]) => Promise.reject(systemError(`the resolver ended with ${code} when it was started`)));
    failed.catch(() => undefined);
    await Promise.race([ready, failed]);
    child.stdout.destroy();
    child.unref();
    await this.connect();
  }

  /** Connects and tells everything. @returns what the resolver serves */
  private async connect(): Promise<ReadonlySet<string>> {
    const socket = connect(this.path);
    await once(socket, 'connect');
    let greeting = '';
    socket.setEncoding('utf8');
    while (!greeting.includes('\n')) greeting += String((await once(socket, 'data', { signal: endOf(socket) }))[0]);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.leave(socket));
    // Nothing more is said; reading is what notices its end.
    socket.resume();
    this.socket = socket;
    const { endpoints, views } = this.picture();
    socket.write(['begin\n', ...endpoints.map(endpointLine), ...views.map(viewLine), 'end\n'].join(''));
    return new Set(greeting.trim().split('\t')[1]?.split(',').filter(Boolean));
  }

  private leave(socket: Socket): void {
    if (this.socket !== socket) return;
    this.socket = undefined;
    this.lost();
  }
}

/** What would break the lines that the resolver reads; no DNS question can ask for such a name. */
const UNSPEAKABLE = /[\s,=]/;

function listOf(texts: readonly string[]): string {
  return texts.filter((text) => text !== '' && !UNSPEAKABLE.test(text)).join(',');
}

function endpointLine({ id, network, suffix, ipv4 = '', ipv6 = '', names }: DnsEndpoint): string {
  return `endpoint\t${id}\t${network}\t${suffix.toLowerCase()}\t${ipv4}\t${ipv6}\t${listOf(names).toLowerCase()}\n`;
}

function viewLine({ id, networks, links, upstream }: DnsView): string {
  const speakable = links.filter(({ alias, name }) => !UNSPEAKABLE.test(alias) && !UNSPEAKABLE.test(name));
  const pairs = speakable.map(({ alias, name }) => `${alias}=${name}`.toLowerCase()).join(',');
  return `view\t${id}\t${listOf(networks)}\t${pairs}\t${listOf(upstream)}\n`;
}

/** Aborts when the socket closes before it has said what it is waited for. */
function endOf(socket: Socket): AbortSignal {
  const controller = new AbortController();
  socket.once('close', () => controller.abort());
  return controller.signal;
}

/** Whether there is no resolver, or one that was just ending and closed the connection. */
function isAbsent(error: unknown): boolean {
  return ['ENOENT', 'ECONNREFUSED', 'ECONNRESET', 'ABORT_ERR'].includes((error as NodeJS.ErrnoException).code ?? '');
}
