import { describe, expect, it } from 'vitest';
import { type Given } from './given.js';

export function testCgroup(given: Given): void {
  describe('its cgroup', () => {
    it('counts, limits, pauses and resumes', async () => {
      const container = await given.box.create(given.driver, given.sh('while :; do :; done'));
      await container.start();
      const running = await container.stats();
      expect(running.pids.current).toBe(1);
      expect(running.memory.usage).toBeGreaterThan(0);
      await container.update({ memory: { limit: 64 << 20 }, pids: { limit: 17 } });
      expect(await container.stats()).toMatchObject({ memory: { limit: 64 << 20 }, pids: { limit: 17 } });
      const [seen, missing] = await given.driver.usage([container, { cgroup: `${container.cgroup}-none`, pid: container.pid }]);
      const { cpu, memory } = await container.stats();
      expect(seen).toMatchObject({ memoryLimit: 64 << 20, pids: 1 });
      expect(seen?.cpu).toBeGreaterThanOrEqual(running.cpu.totalUsage);
      expect(seen?.cpu).toBeLessThanOrEqual(cpu.totalUsage);
      expect(seen?.memory).toBeLessThanOrEqual(memory.usage + (1 << 20));
      expect(missing).toBeUndefined();
      await container.pause();
      const paused = (await container.stats()).cpu.totalUsage;
      await new Promise((resolve) => setTimeout(resolve, 50));
      expect((await container.stats()).cpu.totalUsage - paused).toBeLessThan(5_000_000);
      await container.resume();
      await expect.poll(async () => (await container.stats()).cpu.totalUsage).toBeGreaterThan(paused + 5_000_000);
    });

    it('tells an end by the OOM killer', async () => {
      const resources = { memory: { limit: 16 << 20, swap: 16 << 20 } };
      const container = await given.box.create(given.driver, given.sh('head -c 200000000 /dev/zero | tail', { linux: { resources } }));
      await container.start();
      expect(await container.exit).toMatchObject({ oomKilled: true });
    });
  });
}
