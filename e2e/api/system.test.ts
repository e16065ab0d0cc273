import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { BUSYBOX } from '../fixtures/busybox.ts';
import { startDaemon } from '../fixtures/daemon.ts';
import { EngineHttp } from '../fixtures/engine-http.ts';
import { unique } from '../fixtures/names.ts';
import { must } from '../fixtures/process.ts';
import { freePort } from '../fixtures/subnet.ts';
import { useDaemon } from '../fixtures/suite.ts';

const suite = useDaemon();
/** Tests that start the daemon anew, on a machine that has much else to do. */
const RESTARTS = { timeout: 180_000 };
/** This moment; what has just happened is before the end of its millisecond. */
const now = () => String((Date.now() + 1) / 1000);

describe('events', () => {
  test('are remembered over restarts, more than a few hundred of them', RESTARTS, async () => {
    const since = String(Date.now() / 1000);
    for (let index = 0; index < 300; index++) await suite.http.post('/volumes/create', { Name: `remembered-${index}` });
    await suite.daemon.stop('SIGKILL');
    await suite.daemon.start();
    const filters = encodeURIComponent(JSON.stringify({ type: ['volume'], event: ['create'] }));
    const { text } = await suite.http.get(`/events?since=${since}&until=${now()}&filters=${filters}`);
    const names = text
      .split('\r\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line).Actor.ID);
    expect(names).toEqual(Array.from({ length: 300 }, (_, index) => `remembered-${index}`));
    await suite.http.post('/volumes/prune?filters={"all":["true"]}');
  });

  test('come in the form that is asked for', async () => {
    const name = unique('formed');
    await suite.http.post('/volumes/create', { Name: name });
    await suite.http.delete(`/volumes/${name}`);
    const filters = encodeURIComponent(JSON.stringify({ volume: [name] }));
    const ask = (accept: string, version = '') =>
      suite.http.get(`${version}/events?until=${now()}&filters=${filters}`, { headers: { accept } });
    for (const [type, before] of [
      ['application/x-ndjson', ''],
      ['application/jsonl', ''],
      ['application/json-seq', '\u001e'],
    ] as const) {
      const { headers, text } = await ask(type);
      expect(headers['content-type']).toBe(type);
      const lines = text.split('\n').filter(Boolean);
      expect(lines.map((line) => JSON.parse(line.slice(before.length)).Action)).toEqual(['create', 'destroy']);
      expect(lines.every((line) => line.startsWith(`${before}{`))).toBe(true);
    }
    expect((await ask('application/x-ndjson', '/v1.51')).headers['content-type']).toBe('application/json');
  });
});

describe('the configuration', () => {
  test('is read again on SIGHUP, as far as it can be changed, and told in an event', RESTARTS, async () => {
    const path = join(suite.daemon.root, 'reloaded.json');
    const write = (json: object) => writeFileSync(path, JSON.stringify(json));
    write({ labels: ['deck=upper'], 'max-concurrent-downloads': 2 });
    const daemon = await startDaemon({ flags: [`--config-file=${path}`] });
    try {
      const told = daemon.docker.start(
        'events',
        '--filter',
        'type=daemon',
        '--filter',
        'event=reload',
        '--format',
        '{{json .Actor.Attributes}}',
      );
      await expect.poll(async () => (await daemon.http.get('/info')).json.NEventsListener, { timeout: 20_000 }).toBeGreaterThan(0);
      write({
        labels: ['deck=lower'],
        debug: true,
        'insecure-registries': ['registry.lab:5000'],
        'registry-mirrors': ['https://mirror.lab'],
      });
      process.kill(daemon.pid, 'SIGHUP');
      await told.printed(/deck=lower/);
      const attributes = JSON.parse(told.stdout.trim());
      expect(attributes).toMatchObject({
        debug: 'true',
        labels: '["deck=lower"]',
        'max-concurrent-downloads': '3',
        'shutdown-timeout': '15',
      });
      const { Labels, Debug, RegistryConfig } = (await daemon.http.get('/info')).json;
      expect([Labels, Debug, RegistryConfig.Mirrors]).toEqual([['deck=lower'], true, ['https://mirror.lab']]);
      expect(RegistryConfig.IndexConfigs['registry.lab:5000'].Secure).toBe(false);
      write({ colour: 'red' });
      process.kill(daemon.pid, 'SIGHUP');
      await expect.poll(() => daemon.output, { timeout: 20_000 }).toContain("don't match any configuration option: colour");
      expect((await daemon.http.get('/info')).json.Labels).toEqual(['deck=lower']);
      await told.kill('SIGINT');
    } finally {
      await daemon.remove();
    }
  });

  test('is checked by --validate', async () => {
    const path = join(suite.daemon.root, 'checked.json');
    const validate = async (json: object) => {
      writeFileSync(path, JSON.stringify(json));
      const { code, stdout, stderr } = await suite.daemon.launch('--validate', `--config-file=${path}`).ended;
      return { code, said: stdout + stderr };
    };
    expect(await validate({ debug: true, labels: ['a=b'] })).toEqual({ code: 0, said: 'configuration OK\n' });
    const message = "the following directives don't match any configuration option: colour, shape";
    expect(await validate({ colour: 'red', shape: 1 })).toEqual({ code: 1, said: expect.stringContaining(message) });
  });
});

/** Opens a unix socket as systemd would, and becomes the daemon. */
const ACTIVATE = `
import os, socket, sys
s = socket.socket(socket.AF_UNIX)
s.bind(sys.argv[1])
s.listen()
if s.fileno() != 3: os.dup2(s.fileno(), 3)
os.set_inheritable(3, True)
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS='1', LISTEN_FDNAMES='slipway.socket')
os.execv(sys.argv[2], sys.argv[2:])
`;

describe('doors', () => {
  test('are a socket of systemd, /metrics, and TLS for those with a certificate', RESTARTS, async () => {
    const folder = suite.daemon.root;
    const [port, metrics] = [await freePort(), await freePort()];
    await makeCertificates(folder);
    const tls = ['ca', 'cert', 'key'].map((name) => `--tls${name === 'ca' ? 'cacert' : name}=${join(folder, `${name}.pem`)}`);
    const daemon = await startDaemon({
      within: ['python3', '-c', ACTIVATE, join(folder, 'activated.sock')],
      flags: ['--host=fd://', `--host=tcp://127.0.0.1:${port}`, '--tlsverify', ...tls, `--metrics-addr=127.0.0.1:${metrics}`],
    });
    try {
      const activated = new EngineHttp(join(folder, 'activated.sock'));
      expect((await activated.get('/info')).json.ID).toBe((await daemon.http.get('/info')).json.ID);

      const host = ['-H', `tcp://127.0.0.1:${port}`, '--tlsverify', `--tlscacert=${join(folder, 'ca.pem')}`];
      const client = [`--tlscert=${join(folder, 'client-cert.pem')}`, `--tlskey=${join(folder, 'client-key.pem')}`];
      expect(await daemon.docker.ok(...host, ...client, 'version', '--format', '{{.Server.Version}}')).not.toBe('');
      const stranger = await daemon.docker.run([...host, 'version']);
      expect(stranger.code).not.toBe(0);
      await expect(fetch(`http://127.0.0.1:${port}/_ping`)).rejects.toThrow('fetch failed');

      const text = await (await fetch(`http://127.0.0.1:${metrics}/metrics`)).text();
      expect(text).toMatch(/^engine_daemon_engine_info\{.*graphdriver="overlay2".*\} 1$/m);
      expect(text).toMatch(/^engine_daemon_container_states_containers\{state="running"\} 0$/m);
      expect(text).toMatch(/^slipway_jobs_total\{job="SystemInfo",outcome="succeeded"\} [1-9]/m);
      expect((await fetch(`http://127.0.0.1:${metrics}/info`)).status).toBe(404);
    } finally {
      await daemon.remove();
    }
  });
});

test('flags give containers their defaults, and metrics count what they do', RESTARTS, async () => {
  const port = await freePort();
  await suite.daemon.stop();
  const defaults = ['--default-ulimit=nofile=1000:2000', '--no-new-privileges', '--default-shm-size=32m'];
  await suite.daemon.start(`--metrics-addr=127.0.0.1:${port}`, ...defaults);
  const script = 'ulimit -n; grep NoNewPrivs /proc/self/status; df -m /dev/shm | tail -1';
  const told = (await suite.docker.ok('run', '--rm', BUSYBOX, 'sh', '-c', script)).split('\n').map((line) => line.split(/\s+/));
  expect([told[0]![0], told[1]![1], told[2]![1]]).toEqual(['1000', '1', '32']);
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  expect(text).toMatch(/^engine_daemon_container_actions_seconds_count\{action="start"\} 1$/m);
  expect(text).toMatch(/^engine_daemon_container_actions_seconds_bucket\{action="create",le="\+Inf"\} 1$/m);
});

/** A certificate authority, and certificates of the daemon and a client that it signed. */
async function makeCertificates(folder: string): Promise<void> {
  const openssl = (...args: string[]) => must('openssl', args, { cwd: folder });
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  await openssl('req', '-x509', ...newKey, '-keyout', 'ca-key.pem', '-out', 'ca.pem', '-subj', '/CN=lab', '-days', '2');
  for (const [name, key, subject] of [
    ['cert', 'key', 'IP:127.0.0.1'],
    ['client-cert', 'client-key', 'DNS:client'],
  ] as const) {
    const signed = [
      '-CA',
      'ca.pem',
      '-CAkey',
      'ca-key.pem',
      '-addext',
      `subjectAltName=${subject}`,
      '-addext',
      'basicConstraints=critical,CA:FALSE',
    ];
    await openssl(
      'req',
      '-x509',
      ...newKey,
      '-keyout',
      `${key}.pem`,
      '-out',
      `${name}.pem`,
      '-subj',
      `/CN=${name}`,
      '-days',
      '2',
      ...signed,
    );
  }
}
