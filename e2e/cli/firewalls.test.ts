import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BUSYBOX, busyboxArchive } from '../fixtures/busybox.ts';
import { type Daemon, startDaemon } from '../fixtures/daemon.ts';
import { unique } from '../fixtures/names.ts';
import { must, run, Running } from '../fixtures/process.ts';
import { freeSubnet } from '../fixtures/subnet.ts';

/** A host of its own, with nothing but a wire to this one, on which the daemon and the firewalls run. */
const wire = `fw${unique('').slice(-8)}`;
const namespace = unique('slipway-e2e');
let here = '';
let there = '';
let daemon: Daemon;
let web: Running;
const PATIENCE = { timeout: 20_000 };
/** Files of firewalld and what it needs; see server/tools/setup/firewalld.mjs. */
const FIREWALLD = join(import.meta.dirname, '../../.cache/firewalld');
/** Firewalls write to files as well as to the kernel; and firewalld is there in this mount namespace alone. */
const OWN_FILES = `
own() { mount -t tmpfs none /mnt && cp -a "/$1/." /mnt && mount --move /mnt "/$1"; }
over() { ! test -d "${FIREWALLD}/$1" || mount -t overlay -o "lowerdir=${FIREWALLD}/$1:/$1" none "/$1"; }
over usr && over lib && over etc || exit 1
own etc && own lib/ufw && mount -t tmpfs none /run && mkdir -p /run/lock /run/dbus || exit 1
exec "$@"`;
/** A bus for one daemon and its own client. */
const BUS = `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
  "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>system</type><listen>unix:path=/run/dbus/system_bus_socket</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*"/><allow receive_sender="*"/><allow own="*"/></policy></busconfig>`;

const ip = (...args: string[]) => must('ip', args);
const entering = (...command: string[]) => ['-t', String(daemon.pid), '-n', '-m', '--', ...command];
/** Runs a program where the daemon runs, among its mounts. */
const inside = (...command: string[]) => must('nsenter', entering(...command));
const fetched = (url: string) =>
  fetch(url, { signal: AbortSignal.timeout(2_000) }).then(
    (answer) => answer.text(),
    () => '',
  );

beforeAll(async () => {
  here = (await freeSubnet()).replace('/24', '');
  there = here.replace(/\.1$/, '.2');
  await ip('netns', 'add', namespace);
  await ip('link', 'add', wire, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', namespace);
  await ip('addr', 'add', `${here}/24`, 'dev', wire);
  await ip('link', 'set', wire, 'up');
  for (const command of [`addr add ${there}/24 dev eth0`, 'link set eth0 up', 'link set lo up', `route add default via ${here}`])
    await ip('-n', namespace, ...command.split(' '));
  daemon = await startDaemon({
    within: ['nsenter', `--net=/run/netns/${namespace}`, 'unshare', '--mount', 'sh', '-c', OWN_FILES, 'within'],
  });
  await daemon.load(await busyboxArchive());
  const page = join(daemon.root, 'www');
  mkdirSync(page);
  writeFileSync(join(page, 'index.html'), 'outside\n');
  web = new Running('busybox', ['httpd', '-f', '-p', `${here}:8098`, '-h', page], { timeoutMs: Infinity });
  await daemon.docker.ok('network', 'create', 'yard');
  for (const [name, network] of [
    ['standard', 'bridge'],
    ['own', 'yard'],
  ] as const) {
    const serve = `mkdir /www; echo ${name} >/www/index.html; exec httpd -f -p 80 -h /www`;
    await daemon.docker.ok('run', '-d', '--name', name, '--network', network, '-p', '80', BUSYBOX, 'sh', '-c', serve);
  }
});
afterAll(async () => {
  await web?.kill('SIGKILL');
  await daemon?.remove();
  await run('ip', ['link', 'delete', wire]);
  await run('ip', ['netns', 'delete', namespace]);
});

/** What comes in by published ports, what goes out, and what must do neither. */
async function passes(): Promise<string[]> {
  const answers: string[] = [];
  for (const name of ['standard', 'own']) {
    const port = (await daemon.docker.ok('port', name, '80')).split('\n')[0]!.split(':').at(-1);
    answers.push(await fetched(`http://${there}:${port}/`));
    answers.push((await daemon.docker.run(['exec', name, 'timeout', '3', 'wget', '-q', '-O', '-', `http://${here}:8098/`])).stdout);
  }
  return answers;
}
const ALL = ['standard\n', 'outside\n', 'own\n', 'outside\n'];

/** The host's own ports are still the firewall's, and what a container does not publish stays closed, whoever routes to it. */
async function staysClosed(): Promise<void> {
  const own = new Running('nsenter', entering('busybox', 'httpd', '-f', '-p', '8099', '-h', join(daemon.root, 'www')));
  const ownPage = async () => (await run('nsenter', entering('busybox', 'wget', '-q', '-O', '-', 'http://127.0.0.1:8099/'))).stdout;
  try {
    await expect.poll(ownPage, PATIENCE).toBe('outside\n');
    expect(await fetched(`http://${there}:8099/`)).toBe('');
  } finally {
    await own.kill('SIGKILL');
  }
  const { NetworkSettings } = await daemon.docker.inspect('standard');
  const address = NetworkSettings.Networks.bridge.IPAddress;
  await ip('route', 'add', `${address}/32`, 'via', there, 'dev', wire);
  expect(await fetched(`http://${address}/`)).toBe('');
  await ip('route', 'delete', `${address}/32`);
}

/** Networks that come and go are let through and forgotten. */
async function followsNetworks(chain: string): Promise<void> {
  const rules = async () => (await inside('nft', 'list', 'chain', ...chain.split(' '))).match(/comment "slipway /g)?.length;
  expect(await rules()).toBe(4);
  await daemon.docker.ok('network', 'create', 'late');
  expect(await rules()).toBe(6);
  const late = ['run', '--rm', '--network', 'late', BUSYBOX, 'timeout', '5', 'wget', '-q', '-O', '-', `http://${here}:8098/`];
  expect(await daemon.docker.ok(...late)).toBe('outside');
  await daemon.docker.ok('network', 'rm', 'late');
  expect(await rules()).toBe(4);
}

test('containers are reached and reach others beside ufw, which is started and loaded again meanwhile', { timeout: 180_000 }, async () => {
  expect(await passes()).toEqual(ALL);
  await inside('ufw', '--force', 'enable');
  expect(await inside('ufw', 'status', 'verbose')).toContain('Default: deny (incoming), allow (outgoing), deny (routed)');
  await expect.poll(passes, PATIENCE).toEqual(ALL);
  await inside('ufw', 'reload');
  await expect.poll(passes, PATIENCE).toEqual(ALL);
  await staysClosed();
  await followsNetworks('ip filter ufw-before-forward');
  await inside('ufw', '--force', 'disable');
  await expect.poll(passes, PATIENCE).toEqual(ALL);
});

test('and beside firewalld', { timeout: 180_000 }, async () => {
  expect(await passes()).toEqual(ALL);
  const config = join(daemon.root, 'bus.conf');
  writeFileSync(config, BUS);
  const bus = new Running('nsenter', entering('dbus-daemon', `--config-file=${config}`, '--nofork', '--nopidfile', '--print-address'));
  await bus.printed(/^unix:/m);
  const firewalld = new Running('nsenter', entering('firewalld', '--nofork', '--nopid'), { timeoutMs: Infinity });
  try {
    const state = async () => (await run('nsenter', entering('firewall-cmd', '--state'))).stdout;
    await expect.poll(state, PATIENCE).toBe('running\n');
    expect(await inside('nft', 'list', 'chain', 'inet', 'firewalld', 'filter_FORWARD')).toContain('reject');
    await expect.poll(passes, PATIENCE).toEqual(ALL);
    for (const reload of ['--reload', '--complete-reload']) {
      await inside('firewall-cmd', reload);
      await expect.poll(passes, PATIENCE).toEqual(ALL);
    }
    await staysClosed();
    await followsNetworks('inet firewalld filter_FORWARD');
  } finally {
    await firewalld.kill();
    await bus.kill();
  }
  expect(firewalld.stderr).toBe('');
  await expect.poll(passes, PATIENCE).toEqual(ALL);
});
