// `npm run test:fuzz-native -- [--seconds N] [NAME...]`: what of the native part parses bytes that anybody may have made (native/fuzz),
// under libFuzzer with the sanitizers, each target for some seconds. Ends with 1 when one of them was brought down; its input is kept.
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { ensurePackages } from './setup/debian.mjs';
import { ensureNodeModules } from './setup/npm.mjs';
import { main, must, root, run, say, SetupError } from './setup/run.mjs';

const build = 'native/build/fuzz';
const targets = readdirSync(join(root, 'native/fuzz')).map((name) => basename(name, '.cc'));

/** What a target begins with, file by file: what is well-formed and has much to change. */
const seeds = {
  tar: async (folder) => {
    const files = join(folder, 'files');
    mkdirSync(join(files, 'usr/bin'), { recursive: true });
    writeFileSync(join(files, 'usr/bin/program'), 'x'.repeat(700), { mode: 0o4755 });
    writeFileSync(join(files, 'usr/.wh.gone'), '');
    writeFileSync(join(files, 'usr/.wh..wh..opq'), '');
    writeFileSync(join(files, 'n'.repeat(120)), 'a long name');
    await must('sh', ['-c', 'ln -s /etc link; ln usr/bin/program hard; mkfifo fifo; truncate -s 1M sparse'], { cwd: files });
    for (const format of ['v7', 'ustar', 'gnu', 'pax'])
      await run('tar', ['-C', files, `--format=${format}`, '--sparse', '--numeric-owner', '-cf', join(folder, 'corpus', format), '.']);
    for (const program of ['gzip', 'zstd', 'xz', 'bzip2'])
      await must('sh', ['-c', `${program} -c <corpus/pax >corpus/${program}`], { cwd: folder });
  },
  spec: (folder) => {
    const seccomp = { defaultAction: 'SCMP_ACT_ERRNO', defaultErrnoRet: 1, architectures: ['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86'] };
    const rule = { names: ['read', 'clone', 'personality'], action: 'SCMP_ACT_ALLOW' };
    const args = [{ index: 0, value: 2114060288, valueTwo: 0, op: 'SCMP_CMP_MASKED_EQ' }];
    const spec = {
      process: {
        args: ['sh', '-c', 'echo \u00e9\ud83d\ude00'],
        user: { uid: 4294967295 },
        rlimits: [{ type: 'RLIMIT_NOFILE', hard: 1e3, soft: -1 }],
      },
      mounts: [{ destination: '/proc', type: 'proc', options: ['rbind', 'ro', 'nosuid', 'rprivate', 'mode=755', 'noatime'] }],
      linux: { seccomp: { ...seccomp, syscalls: [rule, { ...rule, names: ['socket'], args }] } },
    };
    writeFileSync(join(folder, 'corpus/spec'), JSON.stringify(spec, undefined, 1));
  },
  dns: (folder) => {
    const name = (text) =>
      text
        .split('.')
        .map((label) => String.fromCharCode(label.length) + label)
        .join('');
    for (const [text, type] of [
      ['db', 1],
      ['store.app', 28],
      ['2.0.0.10.in-addr.arpa', 12],
      ['example.org', 16],
    ]) {
      const question = `\xab\xcd\x01\x00\x00\x01\x00\x00\x00\x00\x00\x01${name(text)}\x00\x00${String.fromCharCode(type)}\x00\x01`;
      writeFileSync(join(folder, 'corpus', text), Buffer.from(`${question}\x00\x00\x29\x04\xd0\x00\x00\x00\x00\x00\x00`, 'latin1'));
    }
  },
};

async function fuzz(name, seconds) {
  const folder = mkdtempSync(join(tmpdir(), `slipway-fuzz-${name}-`));
  try {
    mkdirSync(join(folder, 'corpus'));
    await seeds[name](folder);
    const kept = join(root, '.cache', `fuzz-${name}-`);
    const flags = [`-max_total_time=${seconds}`, '-max_len=65536', '-timeout=20', '-rss_limit_mb=4096', `-artifact_prefix=${kept}`];
    const { code, output } = await run(
      join(root, build, `slipway-fuzz-${name}`),
      [...flags, '-print_final_stats=1', join(folder, 'corpus')],
      {
        timeoutMs: (seconds + 120) * 1000,
      },
    );
    const runs = /stat::number_of_executed_units: +(\d+)/.exec(output)?.[1] ?? '0';
    if (code !== 0) say(output.slice(-4000));
    say(`${name}: ${runs} inputs in ${seconds} s, ${code === 0 ? 'all taken or refused' : `brought down; the input is ${kept}*`}`);
    return code === 0;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

await main(async () => {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { seconds: { type: 'string', default: '60' } } });
  const chosen = positionals.length > 0 ? positionals : targets;
  const unknown = chosen.filter((name) => !targets.includes(name));
  if (unknown.length > 0) throw new SetupError(`there is no target ${unknown.join(', ')}: choose from ${targets.join(', ')}`);
  await ensurePackages('build', 'fuzz');
  await ensureNodeModules();
  const options = ['-DCMAKE_BUILD_TYPE=Debug', '-DSLIPWAY_FUZZ=ON', '-DCMAKE_CXX_COMPILER=clang++-19'];
  await must('cmake', ['-S', 'native', '-B', build, '-G', 'Ninja', ...options]);
  await must('cmake', ['--build', build, ...chosen.flatMap((name) => ['--target', `slipway-fuzz-${name}`])]);
  const results = [];
  for (const name of chosen) results.push(await fuzz(name, Number(values.seconds)));
  process.exitCode = results.every(Boolean) ? 0 : 1;
});
