import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import type { TestSpecification } from 'vitest/node';
import { BaseSequencer } from 'vitest/node';
import { machines, ownMachine } from './test/support/own-machine.ts';

// Runs that tests start are noted there, not among those of whoever runs the tests.
const env = { XDG_STATE_HOME: join(tmpdir(), `assay-test-state-${userInfo().uid}`) };

const shared = { env, testTimeout: 60_000, hookTimeout: 120_000, pool: 'forks' } as const;

/** Begin with these, so that none of them is alone at the end. */
const longest = /\/(faults|hostile-nodes|same-machine|storage|soak|catalogue)\.test\.ts$/;

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const long = sorted.filter(({ moduleId }) => longest.test(moduleId));
    return [...long, ...sorted.filter((each) => !long.includes(each))];
  }
}

const config = defineConfig({
  test: {
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    projects: [
      { test: { ...shared, name: 'unit', include: ['test/{unit,contract,browser,golden}/**/*.test.ts'] } },
      {
        test: {
          ...shared,
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          pool: ownMachine,
          maxWorkers: machines,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});

export { config as default };
