import { randomInt } from 'node:crypto';
import { BUSYBOX } from '../../fixtures/busybox.ts';
import type { EngineHttp } from '../../fixtures/engine-http.ts';

/** What operations need besides the daemon. */
export interface Supplies {
  /** Of an image that the daemon does not have: `docker save` archive, and its tag. */
  readonly archive: Buffer;

  /** repository:tag of a registry. */
  readonly remote: string;
  /** Tar with a Dockerfile. */
  readonly context: Buffer;
  /** A small tar. */
  readonly files: Buffer;
}

/** Something a client asks of the daemon. `name` is its own: objects it makes are called so, bridges too (15 characters at most). */
export interface Operation {
  /** Makes what it needs, while nothing goes wrong yet. */
  readonly prepare?: (http: EngineHttp, name: string) => Promise<unknown>;
  readonly act: (http: EngineHttp, name: string, supplies: Supplies) => Promise<unknown>;
}

const TAR = { headers: { 'content-type': 'application/x-tar' } };
/** Ends with 3 when it is asked to. */
const MORTAL = ['sh', '-c', 'trap "exit 3" TERM; echo up; while :; do usleep 20000; done'];

const create = (http: EngineHttp, name: string, body: object = {}) =>
  http.post(`/containers/create?name=${name}`, {
    Image: BUSYBOX,
    Cmd: MORTAL,
    Volumes: { '/anonymous': {} },
    ...body,
  });

async function run(http: EngineHttp, name: string, body: object = {}): Promise<void> {
  await create(http, name, body);
  await http.post(`/containers/${name}/start`);
}

const makeNetwork = (http: EngineHttp, name: string) =>
  http.post('/networks/create', { Name: name, Options: { 'com.docker.network.bridge.name': name } });

/** Below the ports that daemons pick, other ones of this machine too: while one is dead, another would take its port. */
export const somePort = () => String(20_000 + randomInt(10_000));

const published = () => ({
  ExposedPorts: { '80/tcp': {} },
  HostConfig: { PortBindings: { '80/tcp': [{ HostIp: '127.0.0.1', HostPort: somePort() }] } },
});

/** Every operation in the midst of which the daemon is killed. */
export const OPERATIONS: Readonly<Record<string, Operation>> = {
  create: { act: (http, name) => create(http, name, { HostConfig: { Binds: [`${name}:/named`] } }) },
  start: { prepare: (http, name) => create(http, name, published()), act: (http, name) => http.post(`/containers/${name}/start`) },
  'start shareable': {
    prepare: (http, name) => create(http, name, { HostConfig: { IpcMode: 'shareable' } }),
    act: (http, name) => http.post(`/containers/${name}/start`),
  },
  stop: { prepare: (http, name) => run(http, name), act: (http, name) => http.post(`/containers/${name}/stop?t=5`) },
  'stop published': {
    prepare: (http, name) => run(http, name, published()),
    act: (http, name) => http.post(`/containers/${name}/stop?t=5`),
  },
  restart: { prepare: (http, name) => run(http, name), act: (http, name) => http.post(`/containers/${name}/restart?t=5`) },
  pause: {
    prepare: (http, name) => run(http, name),
    act: async (http, name) => {
      await http.post(`/containers/${name}/pause`);
      return http.post(`/containers/${name}/unpause`);
    },
  },
  rename: { prepare: (http, name) => run(http, name), act: (http, name) => http.post(`/containers/${name}/rename?name=${name}-new`) },
  update: {
    prepare: (http, name) => run(http, name),
    act: (http, name) => http.post(`/containers/${name}/update`, { Memory: 64_000_000, MemorySwap: 64_000_000 }),
  },
  exec: {
    prepare: (http, name) => run(http, name),
    act: async (http, name) => {
      const { json } = await http.post(`/containers/${name}/exec`, { Cmd: ['true'], AttachStdout: true });
      return http.post(`/exec/${json.Id}/start`, { Detach: true });
    },
  },
  'copy in': {
    prepare: (http, name) => run(http, name),
    act: (http, name, { files }) => http.ask('PUT', `/containers/${name}/archive?path=/tmp`, { body: files, ...TAR }),
  },
  remove: { prepare: (http, name) => create(http, name), act: (http, name) => http.delete(`/containers/${name}?v=1`) },
  'remove by force': { prepare: (http, name) => run(http, name), act: (http, name) => http.delete(`/containers/${name}?v=1&force=1`) },
  'run and remove': {
    act: async (http, name) => {
      await create(http, name, { Cmd: ['true'], HostConfig: { AutoRemove: true } });
      await http.post(`/containers/${name}/start`);
      return http.post(`/containers/${name}/wait?condition=removed`);
    },
  },
  commit: { prepare: (http, name) => run(http, name), act: (http, name) => http.post(`/commit?container=${name}&repo=${name}`) },
  load: { act: (http, _name, { archive }) => http.post('/images/load?quiet=1', archive, TAR) },
  'remove image': {
    prepare: (http, name) => http.post(`/commit?container=echo&repo=${name}&pause=0`),
    act: (http, name) => http.delete(`/images/${name}`),
  },
  pull: {
    act: (http, _name, { remote }) => {
      const [, repository, tag] = /^(.*):([^:]*)$/.exec(remote)!;
      return http.post(`/images/create?fromImage=${repository}&tag=${tag}`);
    },
  },
  build: { act: (http, name, { context }) => http.post(`/build?t=${name}&nocache=1&buildargs=${encodeURIComponent('{}')}`, context, TAR) },
  'network create': { act: makeNetwork },
  'network remove': { prepare: makeNetwork, act: (http, name) => http.delete(`/networks/${name}`) },
  'network connect': {
    prepare: async (http, name) => {
      await makeNetwork(http, name);
      await run(http, name);
    },
    act: async (http, name) => {
      await http.post(`/networks/${name}/connect`, { Container: name });
      return http.post(`/networks/${name}/disconnect`, { Container: name });
    },
  },
  'volume create': { act: (http, name) => http.post('/volumes/create', { Name: name }) },
  'volume remove': {
    prepare: (http, name) => http.post('/volumes/create', { Name: name }),
    act: (http, name) => http.delete(`/volumes/${name}`),
  },
};
