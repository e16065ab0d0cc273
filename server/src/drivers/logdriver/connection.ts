import { connect, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';
import type { Address } from './address.js';

const CONNECT_MILLISECONDS = 10_000;

/** A stream to where logs are sent; what was not taken is known by its failure. */
export class Connection {
  private failure: Error | undefined;

  private constructor(private readonly socket: Socket) {
    socket.on('error', (error) => (this.failure = error));
    socket.on('close', () => (this.failure ??= new Error('the other side has closed the connection')));
    // What it answers is of no interest, its end is.
    socket.resume();
    // A log alone keeps no daemon from ending.
    socket.unref();
  }

  /** @param tls files of a TLS connection; undefined goes without @throws when nobody answers */
  static open(address: Address, tls?: ConnectionOptions): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const where = 'path' in address ? { path: address.path } : { host: address.host, port: address.port };
      const socket = tls ? connectTls({ ...where, ...tls }) : connect(where);
      const timer = setTimeout(() => socket.destroy(new Error('nobody has answered in time')), CONNECT_MILLISECONDS);
      socket.once('error', (error) => {
        clearTimeout(timer);
        reject(error);
      });
      socket.once(tls ? 'secureConnect' : 'connect', () => {
        clearTimeout(timer);
        resolve(new Connection(socket));
      });
    });
  }

  /** Resolves when the system has taken the bytes. */
  write(data: Buffer | string): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.failure) return reject(this.failure);
      const closed = () => reject(this.failure ?? new Error('the connection was closed'));
      this.socket.once('close', closed);
      this.socket.write(data, (error) => {
        this.socket.off('close', closed);
        if (error) reject(error);
        else resolve();
      });
    });
  }

  /** Ends it once everything written has gone out. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      if (this.socket.destroyed) return resolve();
      this.socket.once('close', () => resolve());
      this.socket.end(() => this.socket.destroySoon());
    });
  }
}
