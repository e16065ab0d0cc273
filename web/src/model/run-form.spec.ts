import { describe, expect, it } from 'vitest';
import { checkRunForm, emptyRunForm, parseMemory, toCommandLine, toCreateRequest, withTag } from './run-form';

const form = {
  ...emptyRunForm('nginx'),
  name: 'web',
  command: `sh -c "sleep 1"`,
  ports: [
    { host: '8080', container: '80', protocol: 'tcp' as const },
    { host: '', container: '80', protocol: 'tcp' as const },
  ],
  environment: 'A=1\n\n# no\nB=x y=z',
  volumes: [{ source: 'data', target: '/data', readOnly: true }],
  restart: 'always' as const,
  memory: '64m',
};

describe('toCreateRequest', () => {
  it('says what the API wants', () => {
    expect(checkRunForm(form)).toEqual({});
    expect(toCreateRequest(form)).toEqual({
      Image: 'nginx',
      Cmd: ['sh', '-c', 'sleep 1'],
      Env: ['A=1', 'B=x y=z'],
      ExposedPorts: { '80/tcp': {} },
      HostConfig: {
        PortBindings: { '80/tcp': [{ HostPort: '8080' }, { HostPort: '' }] },
        Binds: ['data:/data:ro'],
        RestartPolicy: { Name: 'always', MaximumRetryCount: 0 },
        NetworkMode: 'bridge',
        Memory: 64 * 1024 * 1024,
      },
    });
  });

  it("leaves the image's command alone when none is given", () => expect(toCreateRequest(emptyRunForm('x'))).not.toHaveProperty('Cmd'));
});

it('writes the same as a command line', () => {
  expect(toCommandLine(form)).toBe(
    "docker run -d --name web --restart always --memory 64m -p 8080:80 -p 80 -v data:/data:ro -e A=1 -e 'B=x y=z' nginx sh -c 'sleep 1'",
  );
});

it('names each wrong field', () => {
  const wrong = checkRunForm({
    ...form,
    image: ' ',
    name: '-x',
    command: '"',
    ports: [{ host: '99999', container: '80', protocol: 'tcp' }],
    environment: 'nope',
    volumes: [{ source: 'a', target: 'b', readOnly: false }],
    memory: 'lots',
  });
  expect(Object.keys(wrong).sort()).toEqual(['command', 'environment', 'image', 'memory', 'name', 'ports', 'volumes']);
});

it('reads memory as docker does', () => {
  expect([parseMemory('512m'), parseMemory('1.5g'), parseMemory('100'), parseMemory('2GiB'), parseMemory('x')]).toEqual([
    536870912,
    1610612736,
    100,
    2147483648,
    undefined,
  ]);
});

it('adds the tag that is meant, not to a port or a digest', () => {
  expect([withTag('a'), withTag('a:1'), withTag('localhost:5000/a'), withTag('a@sha256:00')]).toEqual([
    'a:latest',
    'a:1',
    'localhost:5000/a:latest',
    'a@sha256:00',
  ]);
});
