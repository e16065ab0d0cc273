import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { conflict, invalidParameter, notFound } from '../../../base/errors.js';
import { newId } from '../../../base/ids.js';
import { Containers } from '../../../container/store.js';
import { ExecTerminals, type TerminalCommand } from './exec-terminal.js';
import { TerminalSession, type Size } from './session.js';

/** Sessions at once, so that a page gone wild cannot fill the host with shells. */
const MOST = 64;
const MINUTE = 60_000;
/** What has ended is shown so long; what nobody looks at is hung up after a day. */
const SHOWN_ENDED = 10 * MINUTE;
const KEPT_LONELY = 24 * 60 * MINUTE;
const ID = /^[\w-]{8,64}$/;

type Listener = (id: string) => void;

/** The terminals that the daemon keeps: by the name that a page gave, for whoever comes back to it. */
@Injectable()
export class TerminalSessions implements OnApplicationShutdown {
  private readonly byId = new Map<string, TerminalSession>();
  private readonly starting = new Map<string, Promise<TerminalSession>>();
  private readonly listeners = new Set<Listener>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly containers: Containers,
    private readonly terminals: ExecTerminals,
  ) {}

  all(): TerminalSession[] {
    return [...this.byId.values()];
  }

  /** Calls `listener` with the ID of every session that begins, ends, is joined, left or forgotten. */
  subscribe(listener: Listener): { unsubscribe: () => void } {
    this.listeners.add(listener);
    return { unsubscribe: () => this.listeners.delete(listener) };
  }

  /**
   * The session of that name, started with `command` when there is none; two pages that ask at once get the same one.
   * @throws NotFound when there is none and nothing to start it with; Conflict when it belongs to another container
   */
  async join(id: string, container: string, start: TerminalCommand | undefined, size: Size): Promise<TerminalSession> {
    if (!ID.test(id)) throw invalidParameter('session must be 8 to 64 letters, digits, - or _');
    const containerId = this.containers.get(container).id;
    const known = this.byId.get(id) ?? this.starting.get(id) ?? (start && this.begin(id, containerId, start, size));
    if (!known) throw notFound('this terminal has ended');
    const session = await known;
    if (session.containerId !== containerId) throw conflict(`terminal ${id} belongs to another container`);
    return session;
  }

  /** One that no other page can join. */
  async private(start: TerminalCommand, size: Size): Promise<TerminalSession> {
    return this.make(newId(), this.containers.get(start.container).id, start, size, () => undefined);
  }

  /** Hangs a session up and forgets it. @throws NotFound */
  async end(id: string): Promise<void> {
    const session = this.byId.get(id);
    if (!session) throw notFound(`no such terminal: ${id}`);
    if (!session.ended) await session.hangUp();
    this.forget(id);
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  private async begin(id: string, containerId: string, start: TerminalCommand, size: Size): Promise<TerminalSession> {
    if (this.byId.size + this.starting.size >= MOST) throw conflict(`no more than ${MOST} terminals may be open at once: end some first`);
    const making = this.make(id, containerId, start, size, () => this.tell(id));
    this.starting.set(id, making);
    try {
      const session = await making;
      this.byId.set(id, session);
      this.timer ??= setInterval(() => this.tidy(), MINUTE).unref();
      return session;
    } finally {
      this.starting.delete(id);
    }
  }

  private async make(id: string, containerId: string, start: TerminalCommand, size: Size, told: () => void): Promise<TerminalSession> {
    return new TerminalSession(id, containerId, start.command, start.user, await this.terminals.start(start, size), size, told);
  }

  private tidy(): void {
    const [wall, now] = [Date.now(), performance.now()];
    for (const { id, ended, endedAt, viewerCount, lonelySince } of this.all()) {
      if (ended && wall - Date.parse(endedAt ?? '') > SHOWN_ENDED) this.forget(id);
      else if (!ended && viewerCount === 0 && now - lonelySince > KEPT_LONELY) void this.end(id);
    }
  }

  private forget(id: string): void {
    this.byId.delete(id);
    this.tell(id);
    if (this.byId.size > 0) return;
    clearInterval(this.timer);
    this.timer = undefined;
  }

  private tell(id: string): void {
    for (const listener of this.listeners) listener(id);
  }
}
