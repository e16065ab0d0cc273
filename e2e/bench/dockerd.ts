import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DockerCli } from '../fixtures/docker.ts';
import { EngineHttp } from '../fixtures/engine-http.ts';
import { unique } from '../fixtures/names.ts';
import { must, Running } from '../fixtures/process.ts';
import type { Contender } from './contender.ts';

const unpacked = join(import.meta.dirname, '../../.cache/docker.io/usr');

/**
 * Debian's dockerd with its own containerd, on temporary roots and in a network namespace of its own:
 * its iptables rules and its bridge touch nothing of the machine.
 * @param network flags that say what networks it has
 */
export async function startDockerd(network: readonly string[] = ['--bip=10.127.0.1/16'], more: readonly string[] = []): Promise<Contender> {
  const root = mkdtempSync(join(tmpdir(), 'slipway-bench-dockerd-'));
  const namespace = unique('slipway-bench');
  const socket = join(root, 'docker.sock');
  mkdirSync(join(root, 'cli'));
  writeFileSync(join(root, 'daemon.json'), '{}');
  await must('ip', ['netns', 'add', namespace]);
  await must('ip', ['-n', namespace, 'link', 'set', 'lo', 'up']);
  const roots = [`--data-root=${root}/data`, `--exec-root=${root}/exec`, `--pidfile=${root}/pid`, `--host=unix://${socket}`];
  const flags = [`--config-file=${root}/daemon.json`, '--storage-driver=overlay2', '--oom-score-adjust=0', ...network, ...more];
  const env = { ...process.env, PATH: `${unpacked}/bin:${unpacked}/sbin:/usr/local/sbin:/usr/sbin:/sbin:${process.env['PATH']}` };
  // Not `ip netns exec`, which mounts a new /sys without the cgroups.
  const command = [`--net=/run/netns/${namespace}`, join(unpacked, 'sbin/dockerd'), ...roots, ...flags];
  const dockerd = new Running('nsenter', command, { env, timeoutMs: Infinity });
  const stop = async () => {
    await dockerd.kill();
    await must('ip', ['netns', 'delete', namespace]);
    rmSync(root, { recursive: true });
  };
  await dockerd.printed(/API listen on/, { within: 60_000 }).catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  const docker = new DockerCli(`unix://${socket}`, join(root, 'cli'));
  return {
    name: 'dockerd',
    docker,
    http: new EngineHttp(socket),
    version: `dockerd ${await docker.ok('version', '--format', '{{.Server.Version}}')}, ${await versions(env)}`,
    beside: ['nsenter', `--net=/run/netns/${namespace}`],
    daemons: async () => [dockerd.child.pid!, ...(await childrenOf(dockerd.child.pid!))],
    another: () => startDockerd(network, more),
    end: async () => void (await dockerd.kill()),
    stop,
  };
}

async function versions(env: NodeJS.ProcessEnv): Promise<string> {
  const containerd = await must('containerd', ['--version'], { env });
  const runc = await must('runc', ['--version'], { env });
  return `containerd ${/ (\d[\w.~+-]*)/.exec(containerd)?.[1]}, runc ${/ (\d[\w.~+-]*)/.exec(runc)?.[1]}`;
}

/** Its containerd is its child; shims are not, they belong to init. */
async function childrenOf(pid: number): Promise<number[]> {
  return (await must('pgrep', ['-P', `${pid}`])).split('\n').map(Number);
}
