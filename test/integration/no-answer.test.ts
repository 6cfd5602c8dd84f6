import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { checkOut } from '../support/check-out.ts';
import { startAssay } from '../support/run-assay.ts';
import { temporaryDirectory } from '../support/temporary.ts';

it.for([
  ['cannot even say what went wrong', 'reports/text/clean-text.ts', 'throw new Error("gone");'],
  [
    'waits for what never comes',
    'harness/cli/runs.ts',
    `import { defineCommand } from './command.ts';
export const runsCommand = defineCommand({
  command: 'runs', describe: 'd', examples: [], builder: (argv) => argv,
  run: () => new Promise(() => undefined),
});`,
  ],
  [
    'fails behind its answer',
    'harness/cli/runs.ts',
    `import { defineCommand } from './command.ts';
export const runsCommand = defineCommand({
  command: 'runs', describe: 'd', examples: [], builder: (argv) => argv,
  run: async () => { setTimeout(() => { throw new Error('late'); }, 50); return 0; },
});`,
  ],
])('a command that %s is no pass', async ([, file, content]) => {
  const checkout = checkOut(temporaryDirectory());
  writeFileSync(join(checkout, file!), content!);
  const bin = join(checkout, 'harness/bin.js');
  const words = file === 'harness/cli/runs.ts' ? ['runs'] : ['judge', '/nowhere'];
  const { exitCode } = await startAssay(words, { cwd: checkout, bin }).finished;
  expect(exitCode).toBe(70);
});
