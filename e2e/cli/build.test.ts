import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createReadStream, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BUSYBOX } from '../fixtures/busybox.ts';
import { must, type Outcome, Running } from '../fixtures/process.ts';
import { useDaemon } from '../fixtures/suite.ts';
import { type Entry, file, folder, symlink, tar } from '../fixtures/tar.ts';

const suite = useDaemon();
/** The classic builder, with room for a loaded machine. */
const classic = () => ({ env: { ...suite.docker.env, DOCKER_BUILDKIT: '0' }, timeoutMs: 120_000 });

let contexts = 0;

/** Makes a build context of files by their names. */
function context(files: Record<string, string | Buffer>): string {
  const root = join(suite.daemon.root, `context-${contexts++}`);
  mkdirSync(root);
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), content);
  }
  return root;
}

/** `docker build` with the classic builder. */
function run(root: string, ...flags: string[]): Promise<Outcome> {
  return suite.docker.run(['build', ...flags, root], classic());
}

/** A build that has to succeed; what it printed. */
async function build(dockerfile: string, files: Record<string, string | Buffer> = {}, ...flags: string[]): Promise<string> {
  const { code, stdout, stderr } = await run(context({ Dockerfile: dockerfile, ...files }), ...flags);
  expect(code, stdout + stderr).toBe(0);
  return stdout;
}

/** A build that has to fail; what it said. */
async function failure(dockerfile: string, files: Record<string, string | Buffer> = {}, ...flags: string[]): Promise<string> {
  const { code, stdout, stderr } = await run(context({ Dockerfile: dockerfile, ...files }), ...flags);
  expect(code, stdout).not.toBe(0);
  return stderr;
}

const inside = (image: string, script: string) => suite.docker.ok('run', '--rm', image, 'sh', '-c', script);
const config = async (image: string) => (await suite.docker.inspect(image)).Config;

describe('docker build', () => {
  test('runs, copies, names, and takes all of it from the cache the second time', async () => {
    const root = context({
      Dockerfile: `FROM ${BUSYBOX}\nARG WHO=nobody\nENV GREETING="hello  $WHO"\nRUN echo "$GREETING" > /greeting; echo seen >&2\nCOPY notes /notes/\nCMD ["cat", "/greeting"]\n`,
      'notes/one.txt': 'one',
      'notes/two/three.txt': 'three',
    });
    const first = await run(root, '-t', 'built:1', '-t', 'built:also', '--build-arg', 'WHO=world', '--label', 'ship=yes');
    expect(first.code, first.stderr).toBe(0);
    expect(first.stdout).toMatch(/^Step 1\/7 : FROM busybox:e2e\n ---> [0-9a-f]{12}\nStep 2\/7 : ARG WHO=nobody\n/m);
    expect(first.stdout).toMatch(/ ---> Running in [0-9a-f]{12}\n/);
    expect(first.stdout).toContain('seen');
    expect(first.stdout).toMatch(/Successfully built [0-9a-f]{12}\nSuccessfully tagged built:1\nSuccessfully tagged built:also\n?$/);
    expect(await suite.docker.ok('run', '--rm', 'built:1')).toBe('hello  world');
    expect(await inside('built:also', 'cat /notes/one.txt /notes/two/three.txt')).toBe('onethree');
    expect((await config('built:1')).Labels).toEqual({ ship: 'yes' });
    const second = await run(root, '-t', 'built:2', '--build-arg', 'WHO=world', '--label', 'ship=yes');
    expect(second.stdout.match(/ ---> Using cache/g)).toHaveLength(6);
    expect(second.stdout).not.toContain('Running in');
    expect((await suite.docker.inspect('built:2')).Id).toBe((await suite.docker.inspect('built:1')).Id);
    expect(await suite.docker.ok('ps', '-aq')).toBe('');
  });

  test('a changed file, argument or --no-cache makes the steps after it anew', async () => {
    const dockerfile = `FROM ${BUSYBOX}\nRUN echo early > /early\nCOPY file /file\nRUN cat /file > /late\n`;
    const root = context({ Dockerfile: dockerfile, file: 'before' });
    await run(root, '-t', 'changed:1');
    writeFileSync(join(root, 'file'), 'after');
    const { stdout } = await run(root, '-t', 'changed:1');
    expect(stdout.match(/ ---> Using cache/g)).toHaveLength(1);
    expect(await inside('changed:1', 'cat /late')).toBe('after');
    expect((await run(root, '--no-cache')).stdout).not.toContain('Using cache');
  });

  test('builds stages side by side, leaves out those that nobody needs, and stops at --target', async () => {
    const stages = `FROM ${BUSYBOX} AS left
RUN touch /left; until [ -e /dev/shm/x ] || [ $((i=i+1)) -gt 3 ]; do :; done
FROM ${BUSYBOX} AS unused
RUN exit 9
FROM ${BUSYBOX} AS right
RUN touch /right
FROM left
COPY --from=right /right /both/
COPY --from=0 /left /both/
`;
    const output = await build(stages, {}, '-t', 'stages:1');
    expect(output).not.toContain('exit 9');
    // One stage after the other, however they were built.
    expect(output.indexOf('AS left')).toBeLessThan(output.indexOf('touch /left'));
    expect(output.indexOf('touch /left')).toBeLessThan(output.indexOf('AS right'));
    expect(await inside('stages:1', 'ls /both')).toBe('left\nright');
    await build(stages, {}, '--target', 'right', '-t', 'stages:right');
    expect(await inside('stages:right', 'ls /left 2>/dev/null; ls -d /right')).toBe('/right');
    expect(await failure(stages, {}, '--target', 'none')).toContain('target stage "none" could not be found');
  });

  test('writes what each instruction says into the config', async () => {
    await build(
      `FROM ${BUSYBOX}
MAINTAINER me
ENV PORT=80 DIR=/data
EXPOSE $PORT 53/udp
VOLUME ["$DIR"]
USER nobody
WORKDIR \${DIR}/x
WORKDIR y
STOPSIGNAL SIGINT
SHELL ["/bin/sh", "-ec"]
HEALTHCHECK --interval=5s CMD true
ENTRYPOINT echo
CMD ["a b"]
ONBUILD RUN touch /tmp/triggered
LABEL a="1 2" b='$DIR'`,
      {},
      '-t',
      'config:1',
    );
    const { Author } = await suite.docker.inspect('config:1');
    expect(Author).toBe('me');
    expect(await config('config:1')).toMatchObject({
      ExposedPorts: { '80/tcp': {}, '53/udp': {} },
      Volumes: { '/data': {} },
      User: 'nobody',
      WorkingDir: '/data/x/y',
      StopSignal: 'SIGINT',
      Shell: ['/bin/sh', '-ec'],
      Healthcheck: { Test: ['CMD-SHELL', 'true'], Interval: 5e9 },
      Entrypoint: ['/bin/sh', '-ec', 'echo'],
      Cmd: ['a b'],
      OnBuild: ['RUN touch /tmp/triggered'],
      Labels: { a: '1 2', b: '$DIR' },
    });
    expect(await suite.docker.ok('history', '--no-trunc', '--format', '{{.CreatedBy}}', 'config:1')).toContain('WORKDIR /data/x/y');
    const output = await build('FROM config:1\nUSER root', {}, '-t', 'config:2');
    expect(output).toContain('# Executing 1 build trigger');
    expect((await config('config:2')).OnBuild ?? null).toBeNull();
  });

  test('COPY and ADD put files where Docker does', async () => {
    const archive = gzipSync(await tar([folder('packed'), { ...file('packed/in', 'in'), uid: 7, gid: 8 }]));
    const root = context({
      Dockerfile: `FROM ${BUSYBOX}
RUN mkdir -p /real && ln -s /real /linked
COPY a.txt b.txt /many/
COPY *.txt [ab].md a-*.md /globbed/
COPY --chown=nobody:staff --chmod=640 a.txt /owned
COPY tree /tree
COPY link.txt /followed
COPY a.txt /linked/
ADD packed.tgz /unpacked
ADD packed.tgz /also/
COPY packed.tgz /kept.tgz
ADD plain.gz /plain.gz
COPY <<one <<"two" /here/
$PATH
one
$PATH
two
COPY --from=${BUSYBOX} /etc/passwd /theirs
WORKDIR /srv
COPY a.txt .
`,
      'a.txt': 'A',
      'b.txt': 'B',
      'a.md': 'm',
      'a-b.md': 'm',
      'tree/deep/leaf': 'leaf',
      'packed.tgz': archive,
      'plain.gz': gzipSync('not a tar'),
    });
    symlinkSync('a.txt', join(root, 'link.txt'));
    symlinkSync('deep/leaf', join(root, 'tree/inner'));
    const { code, stderr, stdout } = await run(root, '-t', 'copied:1');
    expect(code, stdout + stderr).toBe(0);
    const look = `ls /many /globbed | tr '\\n' ' '; stat -c '%U:%G %a' /owned; readlink /tree/inner; cat /tree/inner; stat -c %F /followed
cat /real/a.txt; stat -c '%u:%g' /unpacked/packed/in; cat /also/packed/in; wc -c < /kept.tgz; wc -c < /plain.gz; head -c 5 /here/one; head -c 5 /here/two
head -c 4 /theirs; cat /srv/a.txt`;
    expect((await inside('copied:1', look)).split('\n')).toEqual([
      '/globbed: a-b.md a.md a.txt b.txt link.txt  /many: a.txt b.txt nobody:staff 640',
      'deep/leaf',
      'leafregular file',
      'A7:8',
      `in${archive.length}`,
      String(gzipSync('not a tar').length),
      '/usr/$PATHrootA',
    ]);
  });

  test('a .dockerignore keeps files out, also for clients that sent them', async () => {
    const sent = await tar([
      file('Dockerfile', `FROM ${BUSYBOX}\nCOPY . /all/`),
      file('.dockerignore', '**/*.log\nsecret\n!secret/open'),
      file('a.log', ''),
      folder('secret'),
      file('secret/closed', ''),
      file('secret/open', ''),
    ]);
    await suite.docker.run(['build', '-t', 'ignored:1', '-'], { ...classic(), stdin: sent });
    expect(await inside('ignored:1', 'cd /all && find . -type f | sort')).toBe('./.dockerignore\n./Dockerfile\n./secret/open');
  });

  test('a Dockerfile may come alone, or under another name', async () => {
    const alone = await suite.docker.run(['build', '-q', '-'], { ...classic(), stdin: `FROM ${BUSYBOX}\nRUN true\n` });
    expect(alone.stdout).toMatch(/^sha256:[0-9a-f]{64}\s*$/);
    const root = context({ 'sub/Other': `FROM ${BUSYBOX}\nLABEL other=1` });
    expect((await run(root, '-f', join(root, 'sub/Other'), '-t', 'other:1')).code).toBe(0);
    expect((await config('other:1')).Labels).toEqual({ other: '1' });
  });

  test('RUN takes here-documents, lists and limits, and has the build arguments', async () => {
    const output = await build(
      `FROM ${BUSYBOX}
ARG TARGETARCH
RUN ["/bin/echo", "$TARGETARCH listed"]
RUN <<EOF
echo one $TARGETARCH
echo two
EOF
RUN <<script
#!/bin/sh
echo script $0
script
RUN cat <<A - && grep 10.9.8.7 /etc/hosts
inner
A
`,
      {},
      '--add-host',
      'ship:10.9.8.7',
      '--memory',
      '64m',
      '--network',
      'none',
    );
    for (const line of ['$TARGETARCH listed', 'one amd64\ntwo', 'script /dev/pipes/script', 'inner', '10.9.8.7\tship'])
      expect(output).toContain(line);
  });
});

describe('a build that fails', () => {
  test('says which command, and ends with its exit code; its container stays unless it is not to', async () => {
    const root = context({ Dockerfile: `FROM ${BUSYBOX}\nRUN echo bye && exit 3` });
    const { code, stderr } = await run(root);
    expect(code).toBe(3);
    expect(stderr).toContain("The command '/bin/sh -c echo bye && exit 3' returned a non-zero code: 3");
    const left = await suite.docker.ok('ps', '-aq');
    expect(left).toMatch(/^[0-9a-f]{12}$/);
    await suite.docker.ok('rm', left);
    expect((await run(root, '--force-rm')).code).toBe(3);
    expect(await suite.docker.ok('ps', '-aq')).toBe('');
  });

  test.each([
    ['RUNN x', /dockerfile parse error on line 2: unknown instruction: RUNN/],
    [
      'COPY none /',
      /COPY failed: file not found in build context or excluded by \.dockerignore: stat none: file does not exist \(line 2 of the Dockerfile\)/,
    ],
    ['ENV A=${B:?needed}', /B: needed \(line 2 of the Dockerfile\)/],
    ['COPY --from=9 /x /', /invalid from flag value 9: /],
    ['USER\nRUN x', /USER requires/],
    ['EXPOSE 99999', /invalid containerPort: 99999/],
  ])('%j', async (text, message) => expect(await failure(`FROM ${BUSYBOX}\n${text}`)).toMatch(message));

  test('names the base image that is not there', async () => {
    expect(await failure('FROM 127.0.0.1:1/no/such:image')).toMatch(/127\.0\.0\.1:1/);
  });

  test('stops the other stages and leaves nothing of them', async () => {
    const message = await failure(
      `FROM ${BUSYBOX} AS slow\nRUN sleep 600\nFROM ${BUSYBOX}\nRUN exit 7\nCOPY --from=slow / /`,
      {},
      '--force-rm',
    );
    expect(message).toContain('returned a non-zero code: 7');
    expect(await suite.docker.ok('ps', '-aq')).toBe('');
  });

  test('because the daemon was killed leaves no container, and can be built then', async () => {
    const root = context({ Dockerfile: `FROM ${BUSYBOX}\nRUN echo kept > /kept\nRUN sleep 600\n` });
    const started = new Running(suite.docker.binary, ['build', root], classic());
    await started.printed(/Step 3\/3[^]*Running in/, { within: 60_000 });
    await expect.poll(() => suite.docker.ok('ps', '-q'), { timeout: 60_000 }).not.toBe('');
    await suite.daemon.stop('SIGKILL');
    expect((await started.ended).code).not.toBe(0);
    await suite.daemon.start();
    expect(await suite.docker.ok('ps', '-aq')).toBe('');
    writeFileSync(join(root, 'Dockerfile'), `FROM ${BUSYBOX}\nRUN echo kept > /kept\nRUN cat /kept\n`);
    const { code, stdout } = await run(root);
    expect(code).toBe(0);
    expect(stdout).toMatch(/Using cache[^]*kept/);
  });

  test('because its client went away leaves nothing', async () => {
    const root = context({ Dockerfile: `FROM ${BUSYBOX}\nRUN echo begun && sleep 600` });
    const building = new Running(suite.docker.binary, ['build', root], classic());
    await building.printed(/^begun/m, { within: 60_000 });
    const id = await suite.docker.ok('ps', '-q', '--no-trunc');
    // Its head comes when the daemon waits: asked for after the kill, the container may be gone already.
    const removed = await suite.http.open('POST', `/containers/${id}/wait?condition=removed`);
    expect(removed.statusCode).toBe(200);
    await building.kill('SIGKILL');
    expect(JSON.parse(await text(removed))).toMatchObject({ StatusCode: 137 });
    expect(await suite.docker.ok('ps', '-aq')).toBe('');
  });
});

describe('what nobody is to reach', () => {
  test('symlinks of a context and of an image lead nowhere but into themselves', async () => {
    const canary = context({ secret: 'host only' });
    const feed = async (entries: readonly Entry[]) => suite.docker.run(['build', '-'], { ...classic(), stdin: await tar(entries) });
    const links = `RUN ln -s ${canary} /out && ln -s ../../../../../../..${canary} /up`;
    const made = await feed([
      file('Dockerfile', `FROM ${BUSYBOX}\n${links} && mkdir -p ${canary}\nCOPY gift /out/\nWORKDIR /up/made\nRUN ls ${canary}`),
      file('gift', 'gift'),
    ]);
    expect(made.stdout, made.stderr).toContain('gift\nmade\n');
    const stolen = await feed([file('Dockerfile', `FROM ${BUSYBOX}\nCOPY link /stolen`), symlink('link', join(canary, 'secret'))]);
    expect(stolen.stderr).toContain('stat link: file does not exist');
    const read = await feed([file('Dockerfile', `FROM ${BUSYBOX}\nCOPY --from=${BUSYBOX} /proc/self/root${canary}/secret /x`)]);
    expect(read.stderr).toContain('file does not exist');
    expect(readdirSync(canary)).toEqual(['secret']);
  });
});

describe('ADD of a URL', () => {
  let port = 0;
  const server = createServer((request, response) => {
    if (request.url === '/there/file.bin')
      response.writeHead(200, { 'Last-Modified': 'Sat, 03 Feb 2001 04:05:06 GMT' }).end('from the web');
    else if (request.url === '/moved') response.writeHead(302, { Location: '/there/file.bin' }).end();
    else if (request.url === '/local') response.writeHead(302, { Location: 'file:///etc/passwd' }).end();
    else response.writeHead(404).end();
  });
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    port = (server.address() as AddressInfo).port;
  });
  afterAll(() => server.close());

  test('takes it as it is, for root alone, and follows redirects on the web only', async () => {
    const web = `http://127.0.0.1:${port}`;
    await build(`FROM ${BUSYBOX}\nADD ${web}/there/file.bin /got/\nADD ${web}/moved /renamed`, {}, '-t', 'web:1');
    const look = 'cat /got/file.bin; stat -c " %a %Y" /got/file.bin; cat /renamed';
    expect(await inside('web:1', look)).toBe('from the web 600 981173106\nfrom the web');
    expect(await failure(`FROM ${BUSYBOX}\nADD ${web}/local /x`)).toMatch(/could not download/);
    expect(await failure(`FROM ${BUSYBOX}\nADD ${web}/none /x`)).toMatch(/HTTP status 404/);
    expect(await failure(`FROM ${BUSYBOX}\nADD --checksum=sha256:${'0'.repeat(64)} ${web}/moved /x`)).toMatch(/digest mismatch/);
  });
});

describe('a remote context', () => {
  const root = mkdtempSync(join(tmpdir(), 'slipway-web-'));
  const git = (...args: string[]) =>
    must('git', ['-c', 'user.name=me', '-c', 'user.email=me@example.com', '-c', 'protocol.file.allow=always', ...args], { cwd: root });
  let web = '';
  const server = createServer((request, response) => {
    const path = join(root, new URL(request.url ?? '/', 'http://here').pathname);
    const stream = createReadStream(path);
    stream.once('error', () => response.writeHead(404).end());
    stream.once('open', () => stream.pipe(response));
  });
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    web = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.close();
    rmSync(root, { recursive: true });
  });
  const remote = async (url: string, ...flags: string[]) => suite.docker.run(['build', ...flags, url], classic());
  const post = (url: string) => suite.http.post(`/build?nocache=true&remote=${encodeURIComponent(url)}`);

  test('is a git repository, at a branch and a folder of it, without leading out of it', async () => {
    mkdirSync(join(root, 'work/web'), { recursive: true });
    writeFileSync(join(root, 'work/web/Dockerfile'), `FROM ${BUSYBOX}\nCOPY . /web/\nRUN cat /web/page && ls -A /web`);
    writeFileSync(join(root, 'work/web/page'), 'from git');
    symlinkSync('/', join(root, 'work/out'));
    await git('init', '-q', '-b', 'main', 'work');
    await git('-C', 'work', 'add', '.');
    await git('-C', 'work', 'commit', '-q', '-m', 'One');
    await git('-C', 'work', 'tag', 'v1');
    await git('clone', '-q', '--bare', 'work', 'served.git');
    await git('-C', 'served.git', 'update-server-info');
    for (const place of ['#v1:web', '#main:web', '#:web']) {
      const { text } = await post(`${web}/served.git${place}`);
      expect(text).toContain('from git');
      expect(text).toContain('Successfully built');
    }
    expect((await post(`${web}/served.git#v2:web`)).json.message).toContain('no such branch, tag or commit');
    expect((await post(`${web}/served.git#v1:out/etc`)).json.message).toContain('is not in the git repository');
    const marker = join(root, 'marker');
    expect((await post(`git@127.0.0.1:--upload-pack=touch${marker}`)).status).toBe(400);
    expect((await post(`git://127.0.0.1/x#--upload-pack=touch ${marker}`)).status).toBe(400);
    expect((await post(`ext::touch ${marker}.git`)).status).toBe(400);
    expect(existsSync(marker)).toBe(false);
  });

  test('is a tar or a Dockerfile', async () => {
    const dockerfile = `FROM ${BUSYBOX}\nRUN echo remote file`;
    writeFileSync(join(root, 'context.tar.gz'), gzipSync(await tar([file('Dockerfile', `${dockerfile}\nCOPY x /x`), file('x', '')])));
    writeFileSync(join(root, 'Dockerfile'), dockerfile);
    for (const name of ['context.tar.gz', 'Dockerfile']) expect((await post(`${web}/${name}`)).text).toContain('Successfully built');
    expect((await remote(`${web}/Dockerfile`, '-q')).stdout).toMatch(/^sha256:/);
    expect((await post(`${web}/none.tar`)).json.message).toContain('HTTP status 404');
  });
});

describe('--cache-from', () => {
  test('takes the steps of an image that was built elsewhere', async () => {
    const root = context({ Dockerfile: `FROM ${BUSYBOX}\nENV A=1\nRUN echo $A > /a\nCOPY f /f\nCMD ["x"]`, f: 'f' });
    await run(root, '-t', 'elsewhere:1');
    const archive = join(suite.daemon.root, 'elsewhere.tar');
    await suite.docker.ok('save', '-o', archive, 'elsewhere:1');
    await suite.docker.ok('rmi', 'elsewhere:1');
    await suite.http.post('/build/prune?all=true');
    expect((await run(root)).stdout).not.toContain('Using cache');
    await suite.http.post('/build/prune?all=true');
    await suite.docker.ok('load', '-i', archive);
    const { stdout } = await run(root, '--cache-from', 'elsewhere:1', '--cache-from', 'none:1', '-t', 'here:1');
    expect(stdout.match(/ ---> Using cache/g)).toHaveLength(4);
    writeFileSync(join(root, 'f'), 'g');
    expect((await run(root, '--cache-from', 'elsewhere:1')).stdout.match(/ ---> Using cache/g)).toHaveLength(2);
  });
});

describe('docker builder prune', () => {
  test('deletes the steps that nothing stands on and keeps the images with names', async () => {
    await build(`FROM ${BUSYBOX}\nRUN echo kept > /kept`, {}, '-t', 'pruned:kept');
    await build(`FROM ${BUSYBOX}\nRUN dd if=/dev/zero of=/gone bs=1k count=64`);
    const usage = async () =>
      (await suite.http.get('/v1.51/system/df?type=build-cache')).json.BuildCache as { Shared: boolean; Size: number }[];
    const free = (await usage()).filter(({ Shared }) => !Shared).reduce((sum, { Size }) => sum + Size, 0);
    expect(free).toBeGreaterThanOrEqual(65_536);
    const { status, json } = await suite.http.post('/build/prune');
    expect(status).toBe(200);
    expect(json.SpaceReclaimed).toBeGreaterThanOrEqual(65_536);
    expect((await usage()).every(({ Shared }) => Shared)).toBe(true);
    expect(await inside('pruned:kept', 'cat /kept')).toBe('kept');
    const again = await build(`FROM ${BUSYBOX}\nRUN echo kept > /kept`);
    expect(again).toContain('Using cache');
  });
});
