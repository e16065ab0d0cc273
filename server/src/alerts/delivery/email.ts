import { isIPv4 } from 'node:net';
import { createTransport } from 'nodemailer';
import { messageOf, unavailable } from '../../base/errors.js';
import type { AlertChannel } from '../channels.js';
import type { AlertMessage } from './message.js';

/** Milliseconds that a mail server has for each step. */
const PATIENCE = 15_000;

/** Sends a mail over SMTP. @throws Unavailable with what the server said */
export async function sendEmail(channel: AlertChannel, { title, text }: AlertMessage, signal: AbortSignal): Promise<void> {
  const { host, port, tls, user, secret, from, to } = channel;
  const transport = createTransport({
    host,
    port,
    secure: tls,
    // A password goes nowhere in clear, except to this machine.
    requireTLS: !tls && user !== '' && !isLoopback(host),
    ...(user && { auth: { user, pass: secret } }),
    connectionTimeout: PATIENCE,
    greetingTimeout: PATIENCE,
    socketTimeout: PATIENCE,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const close = () => transport.close();
  signal.addEventListener('abort', close, { once: true });
  try {
    await transport.sendMail({ from, to, subject: `[Slipway] ${title}`, text });
  } catch (error) {
    throw unavailable(`the mail server ${host}:${port} did not take the message: ${messageOf(error)}`, error);
  } finally {
    signal.removeEventListener('abort', close);
    transport.close();
  }
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'));
}
