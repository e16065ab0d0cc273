import { setTimeout as wait } from 'node:timers/promises';
import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { messageOf } from '../../base/errors.js';
import { AlertChannels, type AlertChannel, type AlertChannelKind } from '../channels.js';
import { sendEmail } from './email.js';
import { sendNtfy, sendWebhook } from './http.js';
import { testMessage, type AlertMessage } from './message.js';

type Send = (channel: AlertChannel, message: AlertMessage, signal: AbortSignal) => Promise<void>;

const SENDERS: Record<AlertChannelKind, Send> = { webhook: sendWebhook, email: sendEmail, ntfy: sendNtfy };
/** Milliseconds before each further attempt. */
const AGAIN_AFTER = [2000, 15_000, 120_000];

/** Brings messages to people, and tries again where that fails. */
@Injectable()
export class AlertDelivery implements OnApplicationShutdown {
  private readonly log = new Logger('Alerts');
  private readonly ending = new AbortController();

  constructor(private readonly channels: AlertChannels) {}

  /** Sends in the background over these channels; how it went stands at the channel. */
  send(message: AlertMessage, channels: readonly string[]): void {
    for (const id of channels) void this.persist(id, message);
  }

  /** Sends a message to see whether it arrives. @throws Unavailable with the reason when it does not */
  async test(channel: AlertChannel): Promise<void> {
    try {
      await SENDERS[channel.kind](channel, testMessage(channel.name), this.ending.signal);
      this.channels.noteOutcome(channel.id, '');
    } catch (error) {
      this.channels.noteOutcome(channel.id, messageOf(error));
      throw error;
    }
  }

  onApplicationShutdown(): void {
    this.ending.abort();
  }

  private async persist(id: string, message: AlertMessage): Promise<void> {
    const { signal } = this.ending;
    for (let attempt = 0; !signal.aborted; attempt++) {
      const channel = this.channels.all().find((each) => each.id === id);
      if (!channel) return;
      try {
        await SENDERS[channel.kind](channel, message, signal);
        return this.channels.noteOutcome(id, '');
      } catch (error) {
        this.channels.noteOutcome(id, messageOf(error));
        const pause = AGAIN_AFTER[attempt];
        if (pause === undefined) return this.log.warn(`alert "${message.title}" could not be sent: ${messageOf(error)}`);
        // Ends with the daemon, which the loop then sees.
        await wait(pause, undefined, { signal, ref: false }).catch(() => undefined);
      }
    }
  }
}
