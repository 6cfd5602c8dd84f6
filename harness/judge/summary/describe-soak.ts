import type { Verdict } from '../../../reports/verdict/verdict.ts';
import { meanTimeBound } from '../../stats/mean-time-bound.ts';
import type { RunDossier } from '../run-dossier.ts';
import { exposureOf } from '../samples/soak.ts';

/** What the soak shows of all nodes together, at this confidence. */
const confidence = 0.9;

/** How long all nodes together were under load, what failed, and what that says of the mean time between failures. */
export function describeSoak(index: RunDossier): Pick<Verdict, 'soak'> {
  const exposure = exposureOf(index);
  const { soak } = index.material.suite;
  if (exposure === undefined || soak === undefined) return {};
  const { seconds: nodeSeconds, nodes, failures } = exposure;
  const meanSeconds = meanTimeBound(nodeSeconds, failures.length, confidence);
  return { soak: { ...soak, nodes, nodeSeconds, failures: [...failures], meanSeconds, confidence } };
}
