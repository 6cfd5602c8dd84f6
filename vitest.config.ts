import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

// Runs that tests start are noted there, not among those of whoever runs the tests.
const env = { XDG_STATE_HOME: join(tmpdir(), `assay-test-state-${userInfo().uid}`) };

const shared = { env, testTimeout: 60_000, hookTimeout: 120_000, pool: 'forks' } as const;

const config = defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      { test: { ...shared, name: 'unit', include: ['test/{unit,contract,browser,golden}/**/*.test.ts'] } },
      // A node is measured by one run at a time, and here all runs share this machine.
      {
        test: {
          ...shared,
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          fileParallelism: false,
          maxWorkers: 1,
        },
      },
    ],
  },
});

export { config as default };
