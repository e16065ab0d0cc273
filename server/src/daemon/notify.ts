import { service } from '../libcontainer/index.js';

/** Tells the service manager that started us, if one did: READY=1, STOPPING=1 (sd_notify(3)). */
export function notify(message: string): void {
  const socket = process.env['NOTIFY_SOCKET'];
  if (socket) service.notify(socket, message);
}
