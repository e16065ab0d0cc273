import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that take a minute or more. */
const long = ['debian.test.ts', 'compose.test.ts', 'system.test.ts'];

/** The long files first, so that none of them runs alone at the end. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ moduleId }: TestSpecification) => long.some((name) => moduleId.endsWith(`/${name}`));
    const sorted = await super.sort(files);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

// Real daemons, real containers: a file has its daemon for itself, and two files at a time keep both cores busy.
export default defineConfig({
  test: {
    include: ['api/**/*.test.ts', 'cli/**/*.test.ts', 'trust/**/*.test.ts'],
    globalSetup: ['fixtures/global-setup.ts'],
    sequence: { sequencer: LongestFirst },
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
