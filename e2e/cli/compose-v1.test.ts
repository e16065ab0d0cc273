import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { BUSYBOX } from '../fixtures/busybox.ts';
import { must } from '../fixtures/process.ts';
import { freeSubnet } from '../fixtures/subnet.ts';
import { softLimit } from '../fixtures/oci-runtime.ts';
import { useDaemon } from '../fixtures/suite.ts';

const suite = useDaemon();
const SERVE = 'mkdir -p /www && cp /etc/motd /www/index.html && touch /ready && exec httpd -f -p 8080 -h /www';

/** A project as people have them: what Compose offers, in one file. */
const project = (network: string) => `
version: "2.4"
services:
  db:
    image: ${BUSYBOX}
    command: sh -c "${SERVE}"
    healthcheck: {test: ["CMD", "test", "-f", "/ready"], interval: 1s, retries: 60}
    volumes: ["data:/data", "./motd:/etc/motd:ro"]
    networks: {back: {aliases: [database], ipv4_address: ${network}.20}}
  web:
    build: {context: ., args: {COLOUR: red}}
    image: compose-web:e2e
    command: sh -c "wget -qO- http://database:8080; echo to-stderr >&2; exec sleep 600"
    depends_on: {db: {condition: service_healthy}}
    volumes: ["data:/data:ro"]
    networks: [back, front]
    environment: {DECK: upper}
  worker:
    image: ${BUSYBOX}
    command: sleep 600
    networks: [front]
networks:
  back: {ipam: {config: [{subnet: ${network}.0/24}]}}
  front: {}
volumes: {data: {labels: {keep: "1"}}}
`;

describe('docker-compose, version 1', () => {
  let folder: string;
  let network: string;
  const compose = (...args: string[]) =>
    must('docker-compose', ['--no-ansi', ...args], {
      cwd: folder,
      env: { ...suite.docker.env, COMPOSE_DOCKER_CLI_BUILD: '0' },
      timeoutMs: 240_000,
    });

  beforeAll(async () => {
    folder = join(suite.daemon.root, 'harbour');
    network = (await freeSubnet()).replace(/\.1\/24$/, '');
    mkdirSync(folder);
    writeFileSync(join(folder, 'docker-compose.yml'), project(network));
    writeFileSync(join(folder, 'motd'), 'ahoy\n');
    writeFileSync(join(folder, 'Dockerfile'), `FROM ${BUSYBOX}\nARG COLOUR\nRUN echo $COLOUR > /colour\n`);
  });

  test('runs a whole project: build, order by health, names, addresses, volumes, scale', { timeout: 300_000 }, async () => {
    await compose('up', '-d', '--build', '--scale', 'worker=2');
    expect((await compose('ps', '-q')).split('\n')).toHaveLength(4);
    expect((await compose('logs', '--no-color', 'web')).replaceAll(/^web_1 +\| /gm, '')).toMatch(/ahoy\nto-stderr$/);
    expect(await compose('exec', '-T', 'web', 'sh', '-c', 'cat /colour; echo $DECK')).toBe('red\nupper');
    const [db] = JSON.parse(await suite.docker.ok('inspect', 'harbour_db_1'));
    expect(db.NetworkSettings.Networks.harbour_back).toMatchObject({
      IPAddress: `${network}.20`,
      Aliases: expect.arrayContaining(['database', 'db']),
    });
    await compose('exec', '-T', 'db', 'sh', '-c', 'echo shared > /data/file');
    expect(await compose('exec', '-T', 'web', 'cat', '/data/file')).toBe('shared');
    await expect(compose('exec', '-T', 'web', 'touch', '/data/other')).rejects.toThrow('Read-only file system');
    await expect(compose('exec', '-T', 'worker', 'wget', '-qO-', 'http://database:8080')).rejects.toThrow('bad address');
    expect(await compose('run', '--rm', '-T', '--no-deps', 'worker', 'echo', 'once')).toContain('once');
  });

  test('restarts, scales and takes everything down again', { timeout: 300_000 }, async () => {
    await compose('restart', '-t', '0', 'worker');
    await compose('up', '-d', '--scale', 'worker=1');
    expect(await compose('ps', '-q', 'worker')).toMatch(/^\w+$/);
    await compose('stop', '-t', '0');
    await compose('start');
    expect(await compose('top', 'worker')).toContain('sleep 600');
    await compose('down', '-v', '-t', '0');
    expect(await suite.docker.ok('ps', '-aq')).toBe('');
    expect(await suite.docker.ok('network', 'ls', '-q', '--filter', 'type=custom')).toBe('');
    expect(await suite.docker.ok('volume', 'ls', '-q')).toBe('');
  });
});

/** A project in the form of the Compose specification, with what files it takes and what is left out unless it is asked for. */
const SPECIFICATION = `
services:
  app:
    image: ${BUSYBOX}
    command: sh -c "cat /run/secrets/key /etc/settings; exec sleep 600"
    secrets: [key]
    volumes: ["./settings:/etc/settings:ro"]
    depends_on: {ready: {condition: service_completed_successfully}}
    extra_hosts: ["up:host-gateway"]
    sysctls: {net.ipv4.ip_unprivileged_port_start: "81"}
    ulimits: {nofile: {soft: 1000, hard: 2000}}
  ready: {image: "${BUSYBOX}", command: "true"}
  tools: {image: "${BUSYBOX}", command: sleep 600, profiles: [debug], network_mode: "service:app"}
secrets: {key: {file: ./key}}
`;

describe('docker-compose with the form of the specification', () => {
  test('secrets from files, profiles, shared networks, conditions', { timeout: 240_000 }, async () => {
    const folder = join(suite.daemon.root, 'pier');
    mkdirSync(folder);
    writeFileSync(join(folder, 'compose.yml'), SPECIFICATION);
    writeFileSync(join(folder, 'key'), 'secret\n');
    writeFileSync(join(folder, 'settings'), 'loud\n');
    const compose = (...args: string[]) =>
      must('docker-compose', ['--no-ansi', '-f', 'compose.yml', ...args], { cwd: folder, env: suite.docker.env, timeoutMs: 200_000 });
    await compose('up', '-d');
    expect((await compose('ps', '--services', '--filter', 'status=running')).split('\n')).toEqual(['app']);
    await expect.poll(() => compose('logs', '--no-color', 'app'), { timeout: 30_000 }).toMatch(/secret\n.*loud/);
    await compose('--profile', 'debug', 'up', '-d');
    expect(await compose('exec', '-T', 'tools', 'hostname', '-i')).toBe(await compose('exec', '-T', 'app', 'hostname', '-i'));
    expect(await compose('exec', '-T', 'app', 'sh', '-c', 'ulimit -n; grep -c up /etc/hosts')).toBe(`${softLimit(1000, 2000)}\n1`);
    await compose('--profile', 'debug', 'down', '-t', '0');
    expect(await suite.docker.ok('ps', '-aq')).toBe('');
  });
});
