import { describe, expect, it } from 'vitest';
import { LABEL } from './labels.js';
import { startOrder, withDependencies } from './order.js';
import { loadProject } from './load-project.js';
import { configHash, type LoadResult, type Project } from './project.js';
import { toContainer } from './to-container.js';
import { networksInUse, toNetwork, toVolume } from './to-network.js';

const MAIN = '/srv/shop/compose.yaml';

/** Loads files of a folder /srv/shop that exists here only. */
function load(files: Record<string, string>, request: { main?: string[]; profiles?: string[] } = {}): Promise<LoadResult> {
  const texts = new Map(Object.entries(files).map(([name, text]) => [name.startsWith('/') ? name : `/srv/shop/${name}`, text]));
  return loadProject({ files: request.main ?? [MAIN], profiles: request.profiles ?? [] }, async (path) => texts.get(path));
}

async function project(yaml: string, more: Record<string, string> = {}, profiles: string[] = []): Promise<Project> {
  const { project: found, problems } = await load({ 'compose.yaml': yaml, ...more }, { profiles });
  expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
  return found!;
}

const around = {
  image: 'sha256:1',
  containerOf: (name: string) => `id-of-${name}`,
  fileOf: (kind: string, key: string) => `/files/${kind}/${key}`,
};
const container = (found: Project, name: string, number = 1) => toContainer(found, found.services.get(name)!, number, around);

describe('a project', () => {
  it('is named by its file, its variables or its folder', async () => {
    const services = 'services: { web: { image: nginx } }';
    expect((await project(`name: My-Shop\n${services}`)).name).toBe('my-shop');
    expect((await project(services, { '.env': 'COMPOSE_PROJECT_NAME=other' })).name).toBe('other');
    expect((await project(services)).name).toBe('shop');
  });

  it('takes variables from .env and from env files, those of the service winning', async () => {
    const found = await project(
      `
services:
  web:
    image: "nginx:\${TAG:-latest}"
    env_file: [web.env, { path: missing.env, required: false }]
    environment: { MODE: "\${MODE}", OWN: given, PASSED: , GONE: }
`,
      { '.env': 'TAG=1.27\nMODE=fast\nPASSED=through', 'web.env': 'OWN=file\nFROM_FILE=${MODE}' },
    );
    expect(container(found, 'web')).toMatchObject({
      Image: 'nginx:1.27',
      Env: ['OWN=given', 'FROM_FILE=fast', 'MODE=fast', 'PASSED=through'],
    });
  });

  it('has the services of the wanted profiles', async () => {
    const yaml = 'services: { web: { image: a }, debug: { image: b, profiles: [debug] } }';
    expect([...(await project(yaml)).services.keys()]).toEqual(['web']);
    const wanted = await project(yaml, {}, ['debug']);
    expect([...wanted.services.keys()]).toEqual(['web', 'debug']);
    expect(wanted.profiles).toEqual(['debug']);
  });

  it('understands anchors and merge keys', async () => {
    const found = await project(`
x-common: &common { restart: always, environment: { A: "1" } }
services: { web: { <<: *common, image: nginx }, api: { <<: *common, image: api, restart: "no" } }`);
    expect(container(found, 'web')).toMatchObject({ Env: ['A=1'], HostConfig: { RestartPolicy: { Name: 'always' } } });
    expect(container(found, 'api').HostConfig?.RestartPolicy?.Name).toBe('no');
  });

  it('extends services, also of other files', async () => {
    const found = await project(
      `
services:
  base: { image: base, environment: [A=base, B=base], volumes: ["./data:/data"] }
  web: { extends: base, environment: { B: web } }
  far: { extends: { file: lib/common.yaml, service: app }, command: [run] }`,
      { 'lib/common.yaml': 'services: { app: { image: common, command: [wait], volumes: ["./x:/x"] } }' },
    );
    expect(container(found, 'web')).toMatchObject({
      Image: 'base',
      Env: ['A=base', 'B=web'],
      HostConfig: { Binds: ['/srv/shop/data:/data:rw'] },
    });
    expect(container(found, 'far')).toMatchObject({ Image: 'common', Cmd: ['run'], HostConfig: { Binds: ['/srv/shop/lib/x:/x:rw'] } });
  });

  it('includes other files with folders and variables of their own', async () => {
    const found = await project('include: [db/compose.yaml]\nservices: { web: { image: web, depends_on: [db] } }', {
      'db/compose.yaml': 'services: { db: { image: "postgres:${V}", volumes: ["./init:/init:ro", "data:/data"] } }\nvolumes: { data: }',
      'db/.env': 'V=16',
    });
    expect(container(found, 'db')).toMatchObject({
      Image: 'postgres:16',
      HostConfig: { Binds: ['/srv/shop/db/init:/init:ro', 'shop_data:/data:rw'] },
    });
  });

  it('merges an override, with !reset and !override', async () => {
    const { project: found, problems } = await load(
      {
        'compose.yaml':
          'services: { web: { image: a, command: [one], ports: ["80:80"], environment: { A: "1" }, labels: { l: "1" }, dns: [1.1.1.1] } }',
        'over.yaml': `services: { web: { command: [two], ports: !override ["81:80"], environment: { B: "2" }, labels: !reset null, dns: [9.9.9.9] } }`,
      },
      { main: [MAIN, '/srv/shop/over.yaml'] },
    );
    expect(problems).toEqual([]);
    const body = container(found!, 'web');
    expect(body).toMatchObject({
      Cmd: ['two'],
      Env: ['A=1', 'B=2'],
      HostConfig: { PortBindings: { '80/tcp': [{ HostPort: '81' }] }, Dns: ['1.1.1.1', '9.9.9.9'] },
    });
    expect(body.Labels).not.toHaveProperty('l');
  });
});

describe('what is wrong', () => {
  it.each([
    ['services: { web: { imag: nginx } }', 'imag is not known here: is image meant?'],
    ['services: { web: { } }', 'neither an image nor a build'],
    ['services: { web: { image: a, depends_on: [db] } }', 'depends on db, which is not defined'],
    ['services: { a: { image: a, depends_on: [b] }, b: { image: b, depends_on: [a] } }', 'in a circle: a, b, a'],
    ['services: { web: { image: a, volumes: ["data:/data"] } }', 'mounts the volume data, which is not defined'],
    ['services: { web: { image: a, networks: [front] } }', 'on the network front, which is not defined'],
    ['services: { web: { image: a, ports: ["http"] } }', 'is no port'],
    ['services: { web: { image: a, mem_limit: lots } }', 'a size such as 512m'],
    ['services: { web: { image: a, extends: web } }', 'extends itself'],
    ['services: { web: { image: a, env_file: [no.env] } }', '/srv/shop/no.env does not exist'],
    ['services: { web: { image: "${TAG:?say which}" } }', 'required variable TAG is missing a value: say which'],
    ['services: { web: { image: a, container_name: x, scale: 2 } }', 'cannot have 2 containers'],
    ['services: { web: { image: a, secrets: [s] } }', 'which is not defined below secrets:'],
    ['services: [', 'Flow sequence'],
    ['- a', 'the file must be a mapping'],
    ['x-only: 1', 'no service is defined'],
  ])('%s', async (yaml, message) => {
    const { project: found, problems } = await load({ 'compose.yaml': yaml });
    expect(found).toBeUndefined();
    expect(problems.map((problem) => problem.message).join('\n')).toContain(message);
  });

  it('is told with its place', async () => {
    const yaml = 'services:\n  web:\n    image: nginx\n    retart: always\n';
    const { problems } = await load({ 'compose.yaml': yaml });
    expect(problems.map(({ from, to }) => yaml.slice(from, to))).toEqual(['always']);
  });

  it('warns of variables that are not set, and of what has no effect', async () => {
    const {
      project: found,
      problems,
      variables,
    } = await load({ 'compose.yaml': 'version: "3"\nservices: { web: { image: "a:$TAG", hostname: "${H:-h}" } }' });
    expect(found).toBeDefined();
    expect(problems.map(({ severity, message }) => `${severity}: ${message}`)).toEqual([
      'warning: the variable TAG is not set: it becomes an empty string',
      'warning: version has no effect: it is obsolete and can go',
    ]);
    expect(variables.map(({ name, set, fallback }) => ({ name, set, fallback }))).toEqual([
      { name: 'TAG', set: false, fallback: false },
      { name: 'H', set: false, fallback: true },
    ]);
  });
});

describe('a container of a service', () => {
  it('has the labels by which docker compose knows it', async () => {
    const found = await project(
      'services: { web: { image: nginx, depends_on: { db: { condition: service_healthy } } }, db: { image: db } }',
    );
    expect(container(found, 'web', 2).Labels).toMatchObject({
      [LABEL.project]: 'shop',
      [LABEL.service]: 'web',
      [LABEL.number]: '2',
      [LABEL.oneoff]: 'False',
      [LABEL.hash]: configHash(found.services.get('web')!),
      [LABEL.files]: MAIN,
      [LABEL.folder]: '/srv/shop',
      [LABEL.dependsOn]: 'db:service_healthy:false',
    });
  });

  it('is what the file says', async () => {
    const found = await project(`
services:
  web:
    image: nginx
    command: serve --title "a b"
    entrypoint: ["/bin/x"]
    ports: ["127.0.0.1:8080:80", "9000-9001:9000-9001/udp", "443"]
    expose: ["3000"]
    mem_limit: 512m
    cpus: 0.5
    pids_limit: 64
    restart: on-failure:3
    stop_grace_period: 1m30s
    healthcheck: { test: curl -f http://x, interval: 10s, retries: 3 }
    ulimits: { nofile: { soft: 10, hard: 20 }, nproc: 5 }
    devices: ["/dev/fuse"]
    extra_hosts: { "a.b": 10.0.0.1 }
    network_mode: host
    tmpfs: /run:size=1m
    logging: { driver: json-file, options: { max-size: 1m } }
    secrets: [token]
    configs: [{ source: conf, target: /etc/x.conf }]
    volumes: [{ type: tmpfs, target: /cache, tmpfs: { size: 1m } }, "/anonymous"]
    deploy: { resources: { limits: { memory: 1g }, reservations: { memory: 64m } } }
secrets: { token: { environment: TOKEN } }
configs: { conf: { file: ./x.conf } }`);
    expect(container(found, 'web')).toMatchObject({
      Cmd: ['serve', '--title', 'a b'],
      Entrypoint: ['/bin/x'],
      StopTimeout: 90,
      ExposedPorts: { '80/tcp': {}, '9000/udp': {}, '9001/udp': {}, '443/tcp': {}, '3000/tcp': {} },
      Healthcheck: { Test: ['CMD-SHELL', 'curl -f http://x'], Interval: 10e9, Retries: 3 },
      HostConfig: {
        Memory: 512 * 1024 ** 2,
        MemoryReservation: 64 * 1024 ** 2,
        NanoCpus: 5e8,
        PidsLimit: 64,
        RestartPolicy: { Name: 'on-failure', MaximumRetryCount: 3 },
        PortBindings: {
          '80/tcp': [{ HostIp: '127.0.0.1', HostPort: '8080' }],
          '9000/udp': [{ HostPort: '9000' }],
          '9001/udp': [{ HostPort: '9001' }],
          '443/tcp': [{ HostPort: '' }],
        },
        Ulimits: [
          { Name: 'nofile', Soft: 10, Hard: 20 },
          { Name: 'nproc', Soft: 5, Hard: 5 },
        ],
        Devices: [{ PathOnHost: '/dev/fuse', PathInContainer: '/dev/fuse', CgroupPermissions: 'rwm' }],
        ExtraHosts: ['a.b:10.0.0.1'],
        NetworkMode: 'host',
        Tmpfs: { '/run': 'size=1m' },
        LogConfig: { Type: 'json-file', Config: { 'max-size': '1m' } },
        Mounts: [
          { Type: 'tmpfs', Target: '/cache', TmpfsOptions: { SizeBytes: 1024 ** 2 } },
          { Type: 'volume', Target: '/anonymous' },
          { Type: 'bind', Source: '/srv/shop/x.conf', Target: '/etc/x.conf', ReadOnly: true },
          { Type: 'bind', Source: '/files/secrets/token', Target: '/run/secrets/token', ReadOnly: true },
        ],
      },
      NetworkingConfig: { EndpointsConfig: {} },
    });
  });

  it('is on its networks under its names, and shares namespaces of other services', async () => {
    const found = await project(`
services:
  web: { image: a, networks: { back: { aliases: [www], ipv4_address: 10.9.0.5 }, front: { priority: 10 } } }
  side: { image: b, network_mode: "service:web", pid: "service:web" }
networks: { front: , back: { internal: true, ipam: { config: [{ subnet: 10.9.0.0/24 }] } } }`);
    const web = container(found, 'web');
    expect(web.HostConfig?.NetworkMode).toBe('shop_front');
    expect(web.NetworkingConfig?.EndpointsConfig).toEqual({
      shop_front: { Aliases: ['web'] },
      shop_back: { Aliases: ['web', 'www'], IPAMConfig: { IPv4Address: '10.9.0.5' } },
    });
    expect(container(found, 'side').HostConfig).toMatchObject({ NetworkMode: 'container:id-of-web', PidMode: 'container:id-of-web' });
    expect(found.services.get('side')?.dependencies).toEqual([
      { service: 'web', condition: 'service_started', required: true, restart: false },
    ]);
    const [, back] = networksInUse(found).map((network) => toNetwork(found, network));
    expect([...networksInUse(found)].map(({ name }) => name).sort()).toEqual(['shop_back', 'shop_front']);
    expect([back, toNetwork(found, found.networks.get('back')!)].at(-1)).toMatchObject({
      Name: 'shop_back',
      Internal: true,
      IPAM: { Config: [{ Subnet: '10.9.0.0/24' }] },
      Labels: { [LABEL.project]: 'shop', [LABEL.network]: 'back' },
    });
  });

  it('keeps its hash when only its number or order changes', async () => {
    const one = await project('services: { web: { image: a, environment: { A: "1", B: "2" } } }');
    const other = await project('services: { web: { environment: [B=2, A=1], image: a, scale: 3, depends_on: [db] }, db: { image: b } }');
    const changed = await project('services: { web: { image: a, environment: { A: "1", B: "3" } } }');
    const hash = (found: Project) => configHash(found.services.get('web')!);
    expect(hash(other)).toBe(hash(one));
    expect(hash(changed)).not.toBe(hash(one));
  });
});

it('starts services after those they wait for', async () => {
  const found = await project(
    'services: { web: { image: a, depends_on: [api] }, api: { image: b, depends_on: [db] }, db: { image: c }, lone: { image: d } }',
  );
  expect(startOrder(found.services)).toEqual(['db', 'api', 'web', 'lone']);
  expect([...withDependencies(found.services, ['api'])]).toEqual(['api', 'db']);
});

it('makes volumes under the project’s name, and leaves external ones alone', async () => {
  const found = await project(
    'services: { web: { image: a } }\nvolumes: { data: { labels: [x=1] }, named: { name: fixed }, out: { external: true } }',
  );
  expect([...found.volumes.values()].map(({ name, external }) => [name, external])).toEqual([
    ['shop_data', false],
    ['fixed', false],
    ['out', true],
  ]);
  expect(toVolume(found, found.volumes.get('data')!)).toMatchObject({ Name: 'shop_data', Labels: { x: '1', [LABEL.volume]: 'data' } });
});
