import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Rig } from '../rig/rig.ts';
import { runAssay } from './run-assay.ts';

/** The smallest suite that has a network in it: one size, every node with every other one. */
const suiteOf = (repetitions: number) => ({
  schema: 'assay/suite',
  schemaVersion: 1,
  id: 'pairs-alone',
  version: '1',
  title: 'Pairs alone',
  // The nodes are one machine.
  otherWorkAtMost: 1,
  entries: [
    {
      id: 'pairs',
      workload: 'allreduce',
      across: 'pairs',
      repetitions,
      budgetSeconds: 60,
      params: { dtype: 'float32', minBytes: 8_388_608, maxBytes: 8_388_608, factor: 16, seconds: 0.5 },
    },
  ],
});

/** Certifies the nodes of a rig by pairs alone, into a run of that name in a folder. */
export async function certifyPairs(
  rig: Rig,
  {
    folder,
    run,
    repetitions,
  }: { readonly folder: string; readonly run: string; readonly repetitions: number },
): Promise<void> {
  await writeFile(join(folder, 'suite.yaml'), JSON.stringify(suiteOf(repetitions)));
  const { exitCode, stderr } = await runAssay(
    ['certify', rig.files.inventory, '--profile', 'cpu-cluster', '--suite', 'suite.yaml', '--out', run],
    { cwd: folder },
  );
  if (exitCode === null || exitCode > 2) throw new Error(`${run}: exit code ${exitCode}\n${stderr}`);
}
