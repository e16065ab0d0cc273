import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BUSYBOX } from '../fixtures/busybox.ts';
import { ComposeV2 } from '../fixtures/compose-v2.ts';
import { freeSubnet } from '../fixtures/subnet.ts';
import { useDaemon } from '../fixtures/suite.ts';

const suite = useDaemon();
const SERVE = 'mkdir -p /www && cp /run/motd /www/index.html && touch /ready && exec httpd -f -p 8080 -h /www';

/** A project as people have them: what Compose offers, in one file. */
const harbour = (network: string) => `
services:
  db:
    image: ${BUSYBOX}
    command: sh -c "${SERVE}"
    healthcheck: {test: ["CMD", "test", "-f", "/ready"], interval: 5s, start_period: 60s, start_interval: 200ms, retries: 60}
    configs: [{source: motd, target: /run/motd}]
    volumes: ["data:/data"]
    networks: {back: {aliases: [database], ipv4_address: ${network}.20}}
    stop_grace_period: 0s
  prepared:
    image: ${BUSYBOX}
    command: sh -c "echo prepared > /data/prepared"
    volumes: ["data:/data"]
    depends_on: {db: {condition: service_healthy}}
    networks: [back]
  web:
    build: {context: ., args: {COLOUR: red}, target: last, labels: {deck: upper}}
    command: sh -c "cat /data/prepared /run/secrets/key /etc/inline; wget -qO- http://database:8080; echo to-stderr >&2; exec sleep 600"
    depends_on: {db: {condition: service_healthy}, prepared: {condition: service_completed_successfully}}
    volumes: ["data:/data:ro", {type: tmpfs, target: /scratch, tmpfs: {size: 1m}}]
    networks: [back, front]
    environment: {DECK: "\${DECK:-lower}"}
    secrets: [key]
    configs: [{source: inline, target: /etc/inline}]
    ports: ["127.0.0.1::80"]
    extra_hosts: ["up:host-gateway"]
    ulimits: {nofile: {soft: 1000, hard: 2000}}
    deploy: {resources: {limits: {memory: 64M, pids: 50}}}
    stop_grace_period: 0s
  worker:
    image: ${BUSYBOX}
    command: sleep 600
    networks: [front]
    stop_grace_period: 0s
  tools: {image: "${BUSYBOX}", command: sleep 600, profiles: [debug], network_mode: "service:web", stop_grace_period: 0s}
networks:
  back: {ipam: {config: [{subnet: ${network}.0/24}]}, internal: true}
  front: {}
volumes: {data: {labels: {keep: "1"}}}
configs: {motd: {file: ./motd}, inline: {content: "inline\\n"}}
secrets: {key: {file: ./key}}
`;

const DOCKERFILE = `FROM ${BUSYBOX} AS first
ARG COLOUR
RUN echo $COLOUR > /colour
FROM first AS last
RUN test -s /colour
FROM ${BUSYBOX}
RUN false
`;

describe('docker compose, version 2', () => {
  let compose: ComposeV2;
  let network: string;

  beforeAll(async () => {
    network = (await freeSubnet()).replace(/\.1\/24$/, '');
    compose = new ComposeV2(suite.daemon, 'harbour', {
      'compose.yaml': harbour(network),
      Dockerfile: DOCKERFILE,
      '.env': 'DECK=upper\n',
      motd: 'ahoy\n',
      key: 'secret\n',
    });
  });

  test('up --wait runs a whole project: build, order by health, names, addresses, volumes, scale', { timeout: 300_000 }, async () => {
    await compose.ok('up', '--wait', '--build', '--scale', 'worker=2');
    const states = (await compose.ok('ps', '-a', '--format', '{{.Service}} {{.State}} {{.Health}} {{.ExitCode}}')).split('\n').toSorted();
    expect(states.map((line) => line.replaceAll(/ +/g, ' '))).toEqual([
      'db running healthy 0',
      'prepared exited 0',
      'web running 0',
      'worker running 0',
      'worker running 0',
    ]);
    expect((await compose.ok('logs', '--no-color', '--no-log-prefix', 'web')).split('\n').toSorted()).toEqual(
      ['prepared', 'secret', 'inline', 'ahoy', 'to-stderr'].toSorted(),
    );
    expect(await compose.ok('exec', '-T', 'web', 'sh', '-c', 'cat /colour; echo $DECK; ulimit -Sn; grep -c up /etc/hosts')).toBe(
      'red\nupper\n1000\n1',
    );
    const db = await suite.docker.inspect('harbour-db-1');
    expect(db.NetworkSettings.Networks.harbour_back).toMatchObject({
      IPAddress: `${network}.20`,
      Aliases: expect.arrayContaining(['database', 'db']),
    });
    expect((await suite.docker.inspect('harbour-web-1')).HostConfig).toMatchObject({ Memory: 64 << 20, PidsLimit: 50 });
    expect(await compose.ok('exec', '-T', 'web', 'sh', '-c', 'nslookup worker | grep -c ^Address')).toBe('3');
    await expect(compose.ok('exec', '-T', 'web', 'touch', '/data/other')).rejects.toThrow('Read-only file system');
    await expect(compose.ok('exec', '-T', 'worker', 'wget', '-qO-', 'http://database:8080')).rejects.toThrow('bad address');
    expect(await compose.ok('port', 'web', '80')).toMatch(/^127\.0\.0\.1:\d+$/);
    expect(JSON.parse(await compose.ok('ls', '-a', '--format', 'json'))).toMatchObject([
      { Name: 'harbour', Status: 'exited(1), running(4)' },
    ]);
  });

  test('a second up leaves what has not changed, and makes anew what has', { timeout: 240_000 }, async () => {
    const ids = async () =>
      Object.fromEntries((await compose.ok('ps', '--format', '{{.Name}} {{.ID}}')).split('\n').map((line) => line.split(' ')));
    const before = await ids();
    await compose.ok('up', '-d', '--scale', 'worker=2');
    expect(await ids()).toEqual(before);
    compose.write('.env', 'DECK=middle\n');
    await compose.ok('up', '-d', '--scale', 'worker=1');
    const { 'harbour-web-1': web, 'harbour-worker-1': worker, ...rest } = await ids();
    expect(web).not.toBe(before['harbour-web-1']);
    expect([worker, rest]).toEqual([before['harbour-worker-1'], { 'harbour-db-1': before['harbour-db-1'] }]);
    expect(await compose.ok('exec', '-T', 'web', 'sh', '-c', 'echo $DECK')).toBe('middle');
  });

  test('profiles, run, cp, top, pause, restart, kill, images, events', { timeout: 240_000 }, async () => {
    const events = compose.start('events', '--json', 'worker');
    await compose.ok('--profile', 'debug', 'up', '-d', 'tools');
    expect(await compose.ok('exec', '-T', 'tools', 'hostname', '-i')).toBe(await compose.ok('exec', '-T', 'web', 'hostname', '-i'));
    expect(await compose.ok('run', '--rm', '-T', '--no-deps', '-e', 'N=1', 'worker', 'sh', '-c', 'echo once $N')).toBe('once 1');
    compose.write('cargo', 'cargo\n');
    await compose.ok('cp', 'cargo', 'worker:/cargo');
    await compose.ok('cp', 'worker:/cargo', 'back');
    expect(readFileSync(join(compose.folder, 'back'), 'utf8')).toBe('cargo\n');
    expect(await compose.ok('top', 'worker')).toContain('sleep 600');
    await compose.ok('pause', 'worker');
    expect(await compose.ok('ps', '--status', 'paused', '--services')).toBe('worker');
    await compose.ok('unpause', 'worker');
    await compose.ok('restart', 'worker');
    await compose.ok('kill', 'worker');
    expect(await compose.ok('ps', '-a', '--status', 'exited', '--format', '{{.Service}} {{.ExitCode}}')).toContain('worker 137');
    await events.printed(/"action":"kill"/);
    await events.printed(/"action":"die"/);
    await events.kill('SIGINT');
    expect(await compose.ok('images', '--format', 'json')).toContain('harbour-web');
    await compose.ok('stop');
    await compose.ok('start');
    expect((await compose.ok('ps', '--services')).split('\n').toSorted()).toEqual(['db', 'tools', 'web', 'worker']);
  });

  test('down -v leaves nothing', { timeout: 240_000 }, async () => {
    await compose.ok('--profile', 'debug', 'down', '-v', '--rmi', 'local');
    expect(await suite.docker.ok('ps', '-aq')).toBe('');
    expect(await suite.docker.ok('network', 'ls', '-q', '--filter', 'type=custom')).toBe('');
    expect(await suite.docker.ok('volume', 'ls', '-q')).toBe('');
    expect(await suite.docker.ok('images', '-q', 'harbour-web')).toBe('');
  });
});

/** A file that is synchronised, one that restarts and one that builds anew. */
const pier = `
services:
  app:
    build: .
    command: sh -c "trap 'exit 0' TERM; cat /built /restarted 2>/dev/null; sleep 600 & wait"
    init: true
    develop:
      watch:
        - {action: sync, path: ./content, target: /content}
        - {action: sync+restart, path: ./restarted, target: /restarted}
        - {action: rebuild, path: ./built}
`;

describe('docker compose watch and up in the foreground', () => {
  let compose: ComposeV2;
  beforeAll(() => {
    compose = new ComposeV2(suite.daemon, 'pier', {
      'compose.yaml': pier,
      Dockerfile: `FROM ${BUSYBOX}\nCOPY built /built\nRUN mkdir /content\n`,
      built: 'built 1\n',
      restarted: 'restarted 1\n',
      'content/file': 'content 1\n',
    });
  });
  afterAll(() => compose.ok('down', '-v', '--rmi', 'local'));

  test('watch synchronises, restarts and builds anew', { timeout: 240_000 }, async () => {
    await compose.ok('up', '-d', '--build');
    const watch = compose.start('watch', '--no-up');
    const output = () => watch.stdout + watch.stderr;
    await expect.poll(output, { timeout: 30_000 }).toMatch(/watch enabled/i);
    const id = await compose.ok('ps', '-q', 'app');
    compose.write('content/file', 'content 2\n');
    await expect
      .poll(() => compose.ok('exec', '-T', 'app', 'sh', '-c', 'cat /content/file 2>/dev/null || :'), { timeout: 30_000 })
      .toBe('content 2');
    compose.write('restarted', 'restarted 2\n');
    await expect.poll(() => compose.ok('logs', '--no-log-prefix', 'app'), { timeout: 60_000 }).toContain('restarted 2');
    expect(await compose.ok('ps', '-q', 'app')).toBe(id);
    compose.write('built', 'built 2\n');
    await expect.poll(() => compose.ok('logs', '--no-log-prefix', 'app'), { timeout: 60_000 }).toContain('built 2');
    expect(await compose.ok('ps', '-q', 'app')).not.toBe(id);
    await watch.kill('SIGINT');
  });

  test('up in the foreground shows the logs and stops all on ^C', { timeout: 120_000 }, async () => {
    const up = compose.start('up', '--force-recreate');
    await up.printed(/built 2/, { within: 60_000 });
    expect((await up.kill('SIGINT')).code).toBeLessThanOrEqual(130);
    await expect.poll(() => suite.docker.ok('ps', '-q'), { timeout: 30_000 }).toBe('');
  });
});
