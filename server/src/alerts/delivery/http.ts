import { messageOf, unavailable } from '../../base/errors.js';
import type { AlertChannel } from '../channels.js';
import type { AlertMessage } from './message.js';

/** Milliseconds that a receiver has to answer. */
const PATIENCE = 15_000;

/** Posts the facts as JSON. @throws Unavailable when they do not arrive */
export function sendWebhook(channel: AlertChannel, { facts }: AlertMessage, signal: AbortSignal): Promise<void> {
  return post(channel, JSON.stringify(facts), { 'content-type': 'application/json' }, signal);
}

/** Publishes to a topic of ntfy, or of what speaks like it (https://docs.ntfy.sh/publish/). @throws Unavailable */
export function sendNtfy(channel: AlertChannel, { title, text, state }: AlertMessage, signal: AbortSignal): Promise<void> {
  const [tags, priority] = state === 'firing' ? ['rotating_light', 'high'] : ['white_check_mark', 'default'];
  // Headers carry ASCII only; ntfy reads RFC 2047 in them.
  return post(channel, text, { title: encodedWord(title), tags, priority, 'content-type': 'text/plain; charset=utf-8' }, signal);
}

/** A token goes to nobody but the address it was given for: a redirection is not followed. */
async function post({ url, secret }: AlertChannel, body: string, headers: Record<string, string>, signal: AbortSignal): Promise<void> {
  let response: Response;
  try {
    response = await fetch(url, {
      method: 'POST',
      body,
      headers: { ...headers, ...(secret && { authorization: `Bearer ${secret}` }) },
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(PATIENCE)]),
    });
    await response.body?.cancel();
  } catch (error) {
    const cause = (error as { cause?: unknown }).cause ?? error;
    throw unavailable(`${hostOf(url)} cannot be reached: ${messageOf(cause) || 'no connection'}`, error);
  }
  if (!response.ok) throw unavailable(`${hostOf(url)} answered ${response.status} ${response.statusText}`.trim());
}

function hostOf(url: string): string {
  return URL.parse(url)?.host ?? url;
}

function encodedWord(text: string): string {
  return /^[\x20-\x7e]*$/.test(text) ? text : `=?UTF-8?B?${Buffer.from(text).toString('base64')}?=`;
}
