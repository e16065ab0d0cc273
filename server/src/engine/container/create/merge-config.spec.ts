import { expect, it } from 'vitest';
import { mergeConfig } from './merge-config.js';

const image = {
  Env: ['PATH=/bin', 'A=image'],
  Cmd: ['serve'],
  Entrypoint: ['/entry'],
  WorkingDir: '/srv',
  ExposedPorts: { '80': {} },
  Labels: { a: 'image', b: 'image' },
  Volumes: { '/data': {} },
  Healthcheck: { Test: ['CMD', 'true'], Interval: 5_000_000 },
};

it('takes from the image what the user left out', () => {
  expect(mergeConfig({ Env: ['A=user', 'B=1'], Labels: { b: 'user' }, ExposedPorts: { '81/udp': {} } }, image)).toMatchObject({
    Env: ['A=user', 'B=1', 'PATH=/bin'],
    Labels: { a: 'image', b: 'user' },
    Cmd: ['serve'],
    Entrypoint: ['/entry'],
    WorkingDir: '/srv',
    ExposedPorts: { '80/tcp': {}, '81/udp': {} },
    Volumes: { '/data': {} },
  });
});

it('drops the image’s command with its entrypoint', () => {
  expect(mergeConfig({ Entrypoint: ['sh'] }, image)).toMatchObject({ Entrypoint: ['sh'], Cmd: null });
  expect(mergeConfig({ Entrypoint: [''], Cmd: ['ls'] }, image)).toMatchObject({ Entrypoint: null, Cmd: ['ls'] });
  expect(mergeConfig({ Cmd: ['ls'] }, image)).toMatchObject({ Entrypoint: ['/entry'], Cmd: ['ls'] });
});

it('changes parts of the image’s health check', () => {
  expect(mergeConfig({ Healthcheck: { Retries: 7 } }, image).Healthcheck).toMatchObject({
    Test: ['CMD', 'true'],
    Interval: 5_000_000,
    Retries: 7,
  });
});
