import { defineConfig } from 'vitest/config';

// Run by `npm run test:v2` in a virtual machine, whose processor may be emulated: nothing is fast there.
export default defineConfig({
  test: {
    include: ['guest/*.test.ts'],
    globalSetup: ['fixtures/global-setup.ts'],
    pool: 'forks',
    maxWorkers: 1,
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});
