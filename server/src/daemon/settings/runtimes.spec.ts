import { expect, test } from 'vitest';
import { resolveRuntime } from '../../base/runtime-name.js';
import { configure } from './configuration.js';
import { runtimesOf } from './runtimes.js';

test('runtimes come from the command line and from the configuration file', () => {
  expect(runtimesOf({ crun: '/usr/bin/crun' })).toEqual({ crun: { path: '/usr/bin/crun', args: [] } });
  const file = { gvisor: { path: '/opt/runsc', runtimeArgs: ['--debug'] } };
  expect(runtimesOf(file)).toEqual({ gvisor: { path: '/opt/runsc', args: ['--debug'] } });
  expect(runtimesOf({ shell: 'sh' })['shell']?.path).toMatch(/^\/.*\/sh$/);
});

test.each([
  [{ slipway: '/usr/bin/runc' }, 'reserved'],
  [{ x: { runtimeArgs: [] } }, 'path'],
  [{ x: { path: '/x', runtimeArgs: 'y' } }, 'runtimeArgs'],
  ['x', 'object'],
])('%j is refused', (setting, message) => {
  expect(() => runtimesOf(setting)).toThrow(message);
});

test("other engines' names mean the native runtime until one of that name is added", () => {
  const defaultRuntime = 'slipway';
  for (const name of ['', 'slipway', 'runc', 'io.containerd.runc.v2']) {
    expect(resolveRuntime(name, { runtimes: {}, defaultRuntime })).toBe('slipway');
  }
  const runtimes = { runc: { path: '/usr/sbin/runc', args: [] } };
  expect(resolveRuntime('runc', { runtimes, defaultRuntime })).toBe('runc');
  expect(resolveRuntime('', { runtimes, defaultRuntime: 'runc' })).toBe('runc');
  expect(resolveRuntime('nosuch', { runtimes, defaultRuntime })).toBeUndefined();
  expect(resolveRuntime('toString', { runtimes, defaultRuntime })).toBeUndefined();
});

test('the default runtime has to be one that there is', () => {
  expect(configure({ 'default-runtime': 'crun', 'add-runtime': { crun: '/usr/bin/crun' } }).defaultRuntime).toBe('crun');
  expect(() => configure({ 'default-runtime': 'crun' })).toThrow("default runtime 'crun' does not exist");
});
