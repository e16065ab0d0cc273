import { createSocket, type Socket } from 'node:dgram';
import { lookup } from 'node:dns/promises';

/** Sends datagrams to one address. */
export class Datagrams {
  private constructor(private readonly socket: Socket) {
    // What goes wrong with one datagram shows at the next.
    socket.on('error', () => undefined);
    socket.unref();
  }

  /** @throws when there is no such host */
  static async open(host: string, port: number): Promise<Datagrams> {
    const { address, family } = await lookup(host);
    const socket = createSocket(family === 6 ? 'udp6' : 'udp4');
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.connect(port, address, () => {
        socket.off('error', reject);
        resolve();
      });
    });
    return new Datagrams(socket);
  }

  send(data: Buffer | string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.socket.send(data, (error) => {
        // Nobody listens: a datagram is lost then, as datagrams are.
        if (error && (error as NodeJS.ErrnoException).code !== 'ECONNREFUSED') reject(error);
        else resolve();
      });
    });
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.socket.close(() => resolve()));
  }
}
