import { readdirSync, readFileSync } from 'node:fs';
import { afterEach, describe, expect, test } from 'vitest';
import { BUSYBOX } from '../fixtures/busybox.ts';
import { namesOf } from '../fixtures/leftovers.ts';
import { unique } from '../fixtures/names.ts';
import { must, run } from '../fixtures/process.ts';
import { useDaemon } from '../fixtures/suite.ts';

const suite = useDaemon();
const networks: string[] = [];
const containers: string[] = [];

afterEach(async () => {
  if (containers.length > 0) await suite.docker.ok('rm', '-f', ...containers.splice(0));
  if (networks.length > 0) await suite.docker.ok('network', 'rm', ...networks.splice(0));
});

async function network(...flags: string[]): Promise<string> {
  const name = unique('net');
  await suite.docker.ok('network', 'create', ...flags, name);
  networks.push(name);
  return name;
}

/** Starts a container that waits; resolves to its name and its process. */
async function sleeper(on: string, ...flags: string[]): Promise<{ name: string; pid: number; address: string }> {
  const name = unique('box');
  await suite.docker.ok('run', '-d', '--name', name, '--network', on, ...flags, BUSYBOX, 'sleep', '600');
  containers.push(name);
  const { State, NetworkSettings } = await suite.docker.inspect(name);
  return { name, pid: State.Pid, address: NetworkSettings.Networks[on].IPAddress };
}

/** What the name server of the network namespace of `pid` says about a name, asked from outside of the daemon. */
async function lookUp(pid: number, name: string): Promise<string> {
  const { stdout, stderr } = await run('nsenter', [`--net=/proc/${pid}/ns/net`, 'busybox', 'nslookup', '-type=a', name, '127.0.0.11']);
  return stdout + stderr;
}

/** The resolver of this file's daemon. */
function resolvers(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
        return command.includes('slipway-resolver') && command.includes(suite.daemon.execRoot);
      } catch {
        return false;
      }
    })
    .map(Number);
}

describe('names', () => {
  test('are answered while no daemon runs, and as before when it is back', { timeout: 120_000 }, async () => {
    const on = await network();
    const one = await sleeper(on);
    const two = await sleeper(on, '--network-alias', 'harbour');
    expect(await lookUp(one.pid, two.name)).toContain(two.address);
    await suite.daemon.stop('SIGKILL');
    expect(await lookUp(one.pid, two.name)).toContain(two.address);
    expect(await lookUp(one.pid, 'harbour')).toContain(two.address);
    await suite.daemon.start();
    const three = await sleeper(on);
    expect(await lookUp(one.pid, three.name)).toContain(three.address);
    expect(await lookUp(three.pid, 'harbour')).toContain(two.address);
    await suite.docker.ok('rm', '-f', two.name);
    containers.splice(containers.indexOf(two.name), 1);
    expect(await lookUp(one.pid, two.name)).not.toContain(two.address);
  });

  test('are answered again when the resolver was killed', async () => {
    const one = await sleeper(await network());
    const [former, ...more] = resolvers();
    expect(more).toEqual([]);
    process.kill(former!, 'SIGKILL');
    await expect.poll(() => lookUp(one.pid, one.name), { timeout: 30_000, interval: 200 }).toContain(one.address);
    expect(resolvers()).not.toContain(former);
  });
});

describe('networks', () => {
  /** What the kernel and the daemon hold of networks, by their own names. */
  async function held() {
    const { bridge, table } = namesOf(suite.daemon.dataRoot);
    const { json: inspected } = await suite.http.get('/v1.56/networks/bridge');
    return {
      rules: (await must('nft', ['list', 'table', 'inet', table])).replace(/ # handle.*/g, ''),
      plugged: await must('ip', ['-o', 'link', 'show', 'master', bridge]),
      addresses: inspected.Status.IPAM,
      networks: await suite.docker.ok('network', 'ls', '--format', '{{.Name}}'),
    };
  }

  test('are made and removed, with the daemon killed in between, and nothing is left and nothing lost', { timeout: 240_000 }, async () => {
    const before = await held();
    const kept = await network();
    const steady = await sleeper(kept, '-p', '8080');
    for (const delay of [100, 700]) {
      const round = unique('r');
      // Some of it works and some is cut off, wherever the daemon happens to be.
      const work = [1, 2, 3].map(async (index) => {
        await suite.docker.run(['network', 'create', `${round}-${index}`]);
        const flags = ['--network', index === 3 ? 'bridge' : `${round}-${index}`, '-p', '8080'];
        await suite.docker.run(['run', '-d', '--name', `${round}-${index}`, ...flags, BUSYBOX, 'sleep', '600']);
        await suite.docker.run(['network', 'connect', kept, `${round}-${index}`]);
      });
      const { promise, resolve } = Promise.withResolvers<void>();
      setTimeout(resolve, delay);
      await promise;
      await suite.daemon.stop('SIGKILL');
      await Promise.all(work);
      await suite.daemon.start();
      expect(await lookUp(steady.pid, steady.name)).toContain(steady.address);
      const left = (await suite.docker.ok('ps', '-aq', '--filter', `name=${round}`)).split('\n').filter(Boolean);
      if (left.length > 0) await suite.docker.ok('rm', '-f', ...left);
      const made = (await suite.docker.ok('network', 'ls', '-q', '--filter', `name=${round}`)).split('\n').filter(Boolean);
      const links = made.map((id) => `br-${id}`);
      if (made.length > 0) await suite.docker.ok('network', 'rm', ...made);
      for (const link of links) expect((await run('ip', ['link', 'show', link])).code).not.toBe(0);
    }
    await suite.docker.ok('rm', '-f', ...containers.splice(0));
    await suite.docker.ok('network', 'rm', ...networks.splice(0));
    expect(await held()).toEqual(before);
  });
});
