import { defineLog, logPointer } from '../../kit/log.ts';
import { err, ok } from '../../kit/result.ts';
import type { DiagAnswer } from '../read-diag.ts';
import { readDiag } from '../read-diag.ts';
import { weighResults } from '../weigh-results.ts';
import { diagnostics } from '../workload.ts';

/** `dcgmi diag -j` of DCGM 3 and 4. Which GPU is which stands in another output (`dcgmi discovery -l`): they have numbers here. */
export const dcgmi = defineLog(diagnostics, {
  id: 'dcgmi',
  title: 'dcgmi diag -j (DCGM 3 and 4)',
  origin: 'rebuilt',
  mark: /"DCGM (?:GPU )?Diagnostic"\s*:/,
  read: (text) => {
    const answer = readDiag(text, /"DCGM Diagnostic"\s*:/.test(text) ? 4 : 3);
    if (!answer.ok) return answer;
    const { version } = answer.value;
    const toolVersion = version === undefined ? undefined : /^\d{1,3}\.\d{1,3}\.\d{1,4}$/.exec(version)?.[0];
    if (version !== undefined && toolVersion === undefined)
      return err(`expected a version, got \`${version.slice(0, 40)}\``);
    const numbers = gpusOf(answer.value);
    if (numbers.length === 0) return err('expected results of GPUs, found none');
    const level = levelOf(answer.value);
    if (level === undefined) return err('expected the tests of a level, found too few');
    const weighed = weighResults(answer.value, { level }, new Map(numbers.map((gpu) => [gpu, `${gpu}`])), {
      // Not kept with the log: that something failed is said by the results alone.
      exitCode: 0,
      durationMs: 0,
    });
    if (!weighed.ok) return weighed;
    return ok({
      toolVersion,
      readings: weighed.value.readings.map(({ windowSeconds: _, device, at, dimensions, ...reading }) => ({
        ...reading,
        dimensions: device === undefined ? dimensions : { ...dimensions, gpu: Number(device) },
        at: at.flatMap((place) => ('pointer' in place ? [logPointer(place.pointer)] : [])),
      })),
      unmeasured: weighed.value.unmeasured,
    });
  },
});

const gpusOf = ({ gpus, tests }: DiagAnswer): readonly number[] =>
  gpus ??
  [...new Set(tests.flatMap(({ results }) => results.flatMap(({ gpu }) => gpu ?? [])))].toSorted(
    (a, b) => a - b,
  );

/** The highest level of which there is a test; that all of its tests are there is looked at by weighResults. */
function levelOf({ tests }: DiagAnswer): 1 | 2 | 3 | undefined {
  const names = new Set(tests.map(({ name }) => name.toLowerCase().replaceAll(' ', '_')));
  if (['diagnostic', 'targeted_stress', 'targeted_power'].some((name) => names.has(name))) return 3;
  if (['memory', 'pcie', 'gpu_memory'].some((name) => names.has(name))) return 2;
  return names.has('software') || names.has('denylist') ? 1 : undefined;
}
