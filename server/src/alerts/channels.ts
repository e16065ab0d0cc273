import { Injectable } from '@nestjs/common';
import { invalidParameter, notFound } from '../base/errors.js';
import { newId, shortId } from '../base/ids.js';
import { Database } from '../state/database.js';

/** How people are told. */
export type AlertChannelKind = 'webhook' | 'email' | 'ntfy';

export interface AlertChannel {
  readonly id: string;
  readonly name: string;
  readonly kind: AlertChannelKind;
  /** Where a webhook or ntfy message is sent to. */
  readonly url: string;
  /** Mail server. */
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte; else STARTTLS where the server has it. */
  readonly tls: boolean;
  /** Name at the mail server; '' for none. */
  readonly user: string;
  readonly from: string;
  /** Addresses, separated by commas. */
  readonly to: string;
  /** Password at the mail server, or what is sent as `Authorization: Bearer`; never told again. */
  readonly secret: string;
}

/** `secret` undefined keeps the one that is there. */
export type AlertChannelRequest = Omit<AlertChannel, 'id' | 'secret'> & { readonly secret: string | undefined };

/** How the last message over a channel went. */
export interface AlertChannelOutcome {
  /** Milliseconds since 1970. */
  readonly time: number;
  /** '' when it arrived. */
  readonly error: string;
}

interface Row {
  readonly id: string;
  readonly body: string;
  readonly secret: string;
}

/** The channels of alerts. Their secrets lie in the database, which is root's alone, and go nowhere but to the channel. */
@Injectable()
export class AlertChannels {
  private readonly outcomes = new Map<string, AlertChannelOutcome>();

  constructor(private readonly database: Database) {
    database.migrate('alerts/channel', [
      'CREATE TABLE alert_channel (id TEXT PRIMARY KEY, body TEXT NOT NULL, secret TEXT NOT NULL) STRICT',
    ]);
  }

  /** In the order of their names. */
  all(): AlertChannel[] {
    const rows = this.database.sqlite.prepare<[], Row>('SELECT id, body, secret FROM alert_channel').all();
    const channels = rows.map(({ id, body, secret }) => ({ ...(JSON.parse(body) as Omit<AlertChannel, 'id' | 'secret'>), id, secret }));
    return channels.sort((a, b) => a.name.localeCompare(b.name));
  }

  /** @throws NotFound */
  get(id: string): AlertChannel {
    const channel = this.all().find((each) => each.id === id);
    if (!channel) throw notFound(`No such alert channel: ${id}`);
    return channel;
  }

  /** @throws InvalidParameter */
  add(request: AlertChannelRequest): AlertChannel {
    return this.write(shortId(newId()), request, '');
  }

  /** @throws InvalidParameter, NotFound */
  replace(id: string, request: AlertChannelRequest): AlertChannel {
    return this.write(id, request, this.get(id).secret);
  }

  /** @throws NotFound */
  remove(id: string): void {
    this.get(id);
    this.database.durable(() => this.database.sqlite.prepare('DELETE FROM alert_channel WHERE id = ?').run(id));
    this.outcomes.delete(id);
  }

  /** How the last message over it went, since the daemon runs; undefined for none. */
  outcome(id: string): AlertChannelOutcome | undefined {
    return this.outcomes.get(id);
  }

  noteOutcome(id: string, error: string): void {
    this.outcomes.set(id, { time: Date.now(), error });
  }

  private write(id: string, { secret: given, ...body }: AlertChannelRequest, before: string): AlertChannel {
    check(body);
    const secret = given ?? before;
    this.database.durable(() =>
      this.database.sqlite
        .prepare(
          `INSERT INTO alert_channel (id, body, secret) VALUES (?, ?, ?)
           ON CONFLICT (id) DO UPDATE SET body = excluded.body, secret = excluded.secret`,
        )
        .run(id, JSON.stringify(body), secret),
    );
    return { ...body, id, secret };
  }
}

function check({ name, kind, url, host, port, from, to }: Omit<AlertChannel, 'id' | 'secret'>): void {
  if (name.trim() === '') throw invalidParameter('a channel needs a name');
  if (kind !== 'email') {
    if (!/^https?:$/.test(URL.parse(url)?.protocol ?? '')) throw invalidParameter('url must begin with http:// or https://');
    return;
  }
  if (host.trim() === '' || !(port > 0)) throw invalidParameter('name the mail server and its port');
  for (const [field, value] of Object.entries({ from, to }))
    if (!/^[^\s@]+@[^\s@]+$/.test(value.split(',')[0]?.trim() ?? '')) throw invalidParameter(`${field} must be a mail address`);
}
