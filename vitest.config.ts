import { defineConfig } from 'vitest/config';
import type { TestSpecification } from 'vitest/node';
import { BaseSequencer } from 'vitest/node';
import { hasMachines, ownMachine, testState } from './test/support/own-machine.ts';

const shared = { testTimeout: 60_000, hookTimeout: 120_000 } as const;
const inPlace = { pool: 'forks', env: { XDG_STATE_HOME: testState } } as const;

/** Begin with these, so that none of them is alone at the end. */
const longest = /\/(faults|hostile-nodes|same-machine|storage|soak|catalogue|passing-purpose)\.test\.ts$/;

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
      {
        test: {
          ...shared,
          ...inPlace,
          name: 'unit',
          include: ['test/{unit,contract,browser,golden}/**/*.test.ts'],
        },
      },
      {
        test: {
          ...shared,
          ...(hasMachines ? { pool: ownMachine } : { ...inPlace, fileParallelism: false }),
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          maxWorkers: hasMachines ? 2 : 1,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});

export { config as default };
