import { readlinkSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { Given } from './given.js';

export function testTimeNamespace(given: Given): void {
  it('gives a process a time namespace of its own where asked', async () => {
    const namespaces = ['pid', 'network', 'ipc', 'uts', 'mount', 'time'].map((type) => ({ type }));
    const { output } = await given.box.run(given.driver, given.sh('readlink /proc/self/ns/time', { linux: { namespaces } }));
    expect(output).toMatch(/^time:\[/);
    expect(output.trim()).not.toBe(readlinkSync('/proc/self/ns/time'));
  });
}
