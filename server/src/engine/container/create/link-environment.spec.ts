import { expect, it } from 'vitest';
import type { ContainerRecord } from '../../../container/container.js';
import { linkEnvironment } from './link-environment.js';

it('tells a container of the one it is linked to in the words of Docker', () => {
  const config = { ExposedPorts: { '6379/udp': {}, '80/tcp': {}, '7/tcp': {} }, Env: ['PATH=/bin', 'MODE=fast'] };
  expect(linkEnvironment('web', 'my-db', { record: { config } as unknown as ContainerRecord, address: '172.17.0.2' })).toEqual([
    'MY_DB_NAME=/web/my-db',
    'MY_DB_PORT=tcp://172.17.0.2:7',
    'MY_DB_PORT_7_TCP=tcp://172.17.0.2:7',
    'MY_DB_PORT_7_TCP_ADDR=172.17.0.2',
    'MY_DB_PORT_7_TCP_PORT=7',
    'MY_DB_PORT_7_TCP_PROTO=tcp',
    'MY_DB_PORT_80_TCP=tcp://172.17.0.2:80',
    'MY_DB_PORT_80_TCP_ADDR=172.17.0.2',
    'MY_DB_PORT_80_TCP_PORT=80',
    'MY_DB_PORT_80_TCP_PROTO=tcp',
    'MY_DB_PORT_6379_UDP=udp://172.17.0.2:6379',
    'MY_DB_PORT_6379_UDP_ADDR=172.17.0.2',
    'MY_DB_PORT_6379_UDP_PORT=6379',
    'MY_DB_PORT_6379_UDP_PROTO=udp',
    'MY_DB_ENV_MODE=fast',
  ]);
});
