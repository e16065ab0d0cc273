import { describe, expect, it } from 'vitest';
import { toComposeService } from './compose-service';
import { FIELDS, TABS } from './fields';
import { checkValues, fromRunLine, toBody, toRunLine, toValues } from './form';

const LINE =
  'docker run -dit --name web --restart=on-failure:3 -p 8080:80 -p 127.0.0.1:5353:53/udp -e A=1 -e "B=two words" -v data:/data:ro --network front --network-alias www ' +
  '-m 512m --cpus 1.5 --health-cmd "curl -f http://x" --health-interval 1m30s --cap-add NET_ADMIN --ulimit nofile=10:20 --device /dev/fuse --log-driver local --log-opt max-size=1m ' +
  '--tmpfs /run:size=1m --add-host a:10.0.0.1 --sysctl net.x=1 -l com.x=y --gpus all --entrypoint /bin/x nginx:alpine serve --all';

describe('a docker run line', () => {
  it('becomes the body that it means', () => {
    const { values, unknown } = fromRunLine(LINE);
    expect(unknown).toEqual([]);
    expect(checkValues(values)).toEqual({});
    expect(values['name']).toBe('web');
    expect(toBody(values)).toEqual({
      Image: 'nginx:alpine',
      Cmd: ['serve', '--all'],
      Entrypoint: ['/bin/x'],
      Tty: true,
      OpenStdin: true,
      Env: ['A=1', 'B=two words'],
      Labels: { 'com.x': 'y' },
      ExposedPorts: { '80/tcp': {}, '53/udp': {} },
      Healthcheck: { Test: ['CMD-SHELL', 'curl -f http://x'], Interval: 90e9 },
      NetworkingConfig: { EndpointsConfig: { front: { Aliases: ['www'] } } },
      HostConfig: {
        RestartPolicy: { Name: 'on-failure', MaximumRetryCount: 3 },
        PortBindings: { '80/tcp': [{ HostPort: '8080' }], '53/udp': [{ HostIp: '127.0.0.1', HostPort: '5353' }] },
        NetworkMode: 'front',
        ExtraHosts: ['a:10.0.0.1'],
        Binds: ['data:/data:ro'],
        Tmpfs: { '/run': 'size=1m' },
        Memory: 512 * 1024 ** 2,
        NanoCpus: 1.5e9,
        Ulimits: [{ Name: 'nofile', Soft: 10, Hard: 20 }],
        Devices: [{ PathOnHost: '/dev/fuse', PathInContainer: '/dev/fuse', CgroupPermissions: 'rwm' }],
        DeviceRequests: [{ Count: -1, Capabilities: [['gpu']] }],
        CapAdd: ['NET_ADMIN'],
        Sysctls: { 'net.x': '1' },
        LogConfig: { Type: 'local', Config: { 'max-size': '1m' } },
      },
    });
  });

  it('comes back from the form as one that means the same', () => {
    const body = toBody(fromRunLine(LINE).values);
    const again = fromRunLine(toRunLine(toValues('web', body)));
    expect(toBody(again.values)).toEqual(body);
  });

  it('tells what it has no place for, and refuses what is none', () => {
    expect(fromRunLine('docker run --mount type=bind,src=/a,dst=/b --frobnicate busybox').unknown).toEqual([
      '--mount type=bind,src=/a,dst=/b',
      '--frobnicate',
    ]);
    expect(fromRunLine('sudo docker run \\\n  --rm \\\n  busybox').values).toMatchObject({ rm: 'true', image: 'busybox' });
    expect(() => fromRunLine('docker run --rm')).toThrow('no image');
  });
});

it('is written as a Compose service', () => {
  expect(toComposeService(fromRunLine(LINE).values)).toBe(`services:
  web:
    container_name: web
    image: "nginx:alpine"
    command: ["serve", "--all"]
    entrypoint: ["/bin/x"]
    restart: "on-failure:3"
    tty: true
    stdin_open: true
    environment:
      - "A=1"
      - "B=two words"
    labels:
      - "com.x=y"
    ports:
      - "8080:80"
      - "127.0.0.1:5353:53/udp"
    extra_hosts:
      - "a:10.0.0.1"
    volumes:
      - "data:/data:ro"
    tmpfs:
      - "/run:size=1m"
    mem_limit: "512m"
    cpus: 1.5
    devices:
      - /dev/fuse
    gpus: all
    cap_add:
      - NET_ADMIN
    sysctls:
      - "net.x=1"
    healthcheck:
      test: "curl -f http://x"
      interval: "1m30s"
    logging:
      driver: local
      options:
        max-size: "1m"
    ulimits:
      nofile:
        soft: 10
        hard: 20
    networks:
      - front
networks:
  front:
    external: true
volumes:
  data:
`);
});

it('keeps what the form does not know, and what was not touched', () => {
  const base = {
    Image: 'a',
    HostConfig: { Mounts: [{ Type: 'bind' as const, Source: '/a', Target: '/b' }], Memory: 5_000_001 },
    Healthcheck: { Test: ['CMD', 'a', 'b c'] },
  };
  const values = toValues('x', base);
  expect(toBody(values, base)).toEqual(base);
  expect(toBody({ ...values, memory: '1m' }, base).HostConfig).toEqual({ ...base.HostConfig, Memory: 1024 ** 2 });
});

it.each([
  ['publish', '80:http'],
  ['publish', '99999'],
  ['memory', 'much'],
  ['cpus', 'two'],
  ['ulimit', 'nofile'],
  ['health-interval', 'soon'],
  ['command', '"open'],
])('says what is wrong in %s: %s', (flag, value) => {
  expect(Object.keys(checkValues({ image: 'a', [flag]: value }))).toEqual([flag]);
});

it('has every field once, on a tab', () => {
  const flags = FIELDS.flatMap(({ flag, short }) => [flag, ...(short ? [short] : [])]);
  expect(new Set(flags).size).toBe(flags.length);
  expect(FIELDS.every(({ tab }) => TABS.includes(tab))).toBe(true);
});
