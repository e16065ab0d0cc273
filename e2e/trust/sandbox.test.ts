import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Contender } from '../bench/contender.ts';
import { startDockerd } from '../bench/dockerd.ts';
import { busyboxLayer } from '../fixtures/busybox.ts';
import type { DockerCli } from '../fixtures/docker.ts';
import { image, saved } from '../fixtures/image.ts';
import { must } from '../fixtures/process.ts';
import { useDaemon } from '../fixtures/suite.ts';
import { file, tar } from '../fixtures/tar.ts';
import { NAMED } from './sandbox/named.ts';
import { readProbe, refusals } from './sandbox/rows.ts';

const suite = useDaemon();
const folder = mkdtempSync(join(tmpdir(), 'slipway-sandbox-'));
let dockerd: Contender;
let archive: Buffer;

beforeAll(async () => {
  const probe = join(folder, 'probe');
  await must('gcc', ['-static', '-O1', '-Wall', '-Wextra', '-Werror', '-o', probe, join(import.meta.dirname, 'sandbox/probe.c')]);
  archive = await saved(image([await busyboxLayer(), await tar([file('probe', readFileSync(probe), 0o755)])]), 'probe:1');
  dockerd = await startDockerd(['--iptables=false', '--bip=10.127.9.1/24']);
  await Promise.all([suite.docker, dockerd.docker].map((docker) => docker.feed(archive, 'load')));
});

afterAll(async () => {
  await dockerd?.stop();
  rmSync(folder, { recursive: true });
});

const probe = async (docker: DockerCli, ...flags: string[]) => readProbe(await docker.ok('run', '--rm', ...flags, 'probe:1', '/probe'));

describe("a container's view is Docker's, but for what is named", () => {
  test.each<[string, string[]]>([
    ['by default', []],
    ['as another user', ['--user', '1000:1000']],
    ['without new privileges', ['--security-opt', 'no-new-privileges']],
    ['with a capability more and all others less', ['--cap-drop', 'ALL', '--cap-add', 'SYS_PTRACE']],
    ['with a read-only root', ['--read-only', '--tmpfs', '/tmp']],
  ])('%s', async (_, flags) => {
    const [ours, theirs] = await Promise.all([probe(suite.docker, ...flags), probe(dockerd.docker, ...flags)]);
    expect(ours.size).toBeGreaterThan(500);
    const names = [...new Set([...ours.keys(), ...theirs.keys()])];
    const different = names.filter((name) => ours.get(name) !== theirs.get(name) && !(name in NAMED));
    expect(different.map((name) => `${name}: ${ours.get(name) ?? 'missing'}, Docker: ${theirs.get(name) ?? 'missing'}`)).toEqual([]);
  });

  test('and what is named is so', async () => {
    const ours = await probe(suite.docker);
    const wrong = Object.entries(NAMED).filter(([name, { ours: value }]) => value !== undefined && ours.get(name) !== value);
    expect(wrong.map(([name]) => `${name}: ${ours.get(name)}`)).toEqual([]);
  });
});

test('the seccomp profile refuses what no container needs, in execs too', async () => {
  const { docker } = suite;
  await docker.ok('run', '-d', '--name', 'boxed', 'probe:1', 'sleep', '600');
  const [inExec, inRun] = [readProbe(await docker.ok('exec', 'boxed', '/probe')), await probe(docker)];
  await docker.ok('rm', '-f', 'boxed');
  // acct, settimeofday, mount, umount2, pivot_root, swapon, init_module, delete_module, kexec_load, add_key, keyctl, bpf, userfaultfd, io_uring_setup
  for (const call of [163, 164, 165, 166, 155, 167, 175, 176, 246, 248, 250, 321, 323, 425])
    expect([inRun.get(`call ${call}`), inExec.get(`call ${call}`)], `call ${call}`).toEqual(['refused', 'refused']);
  expect(refusals(inExec)).toEqual(refusals(inRun));
});
