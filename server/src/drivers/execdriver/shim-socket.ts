import { open } from 'node:fs/promises';
import { constants } from 'node:fs';
import { createConnection, type Socket } from 'node:net';

/**
 * Connects to a shim. The socket is named through a descriptor of its folder, since the path of one may be at most
 * 107 bytes long (unix(7)).
 * @param bundle folder of the container, absolute
 * @param allowHalfOpen whether each direction ends on its own, as stdio does
 * @throws ENOENT or ECONNREFUSED when no shim listens
 */
export async function connectShim(bundle: string, allowHalfOpen = false): Promise<Socket> {
  const folder = await open(bundle, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    return await new Promise<Socket>((resolve, reject) => {
      const socket = createConnection({ path: `/proc/self/fd/${folder.fd}/shim.sock`, allowHalfOpen });
      socket.once('error', reject);
      socket.once('connect', () => {
        socket.off('error', reject);
        resolve(socket);
      });
    });
  } finally {
    await folder.close();
  }
}
