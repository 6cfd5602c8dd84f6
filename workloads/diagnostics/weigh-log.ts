import type { Result } from '../kit/result.ts';
import { err, ok } from '../kit/result.ts';
import type { SourcePlace } from '../kit/sample.ts';
import type { ParsedStep } from '../kit/tool.ts';
import type { DiagAnswer } from './read-diag.ts';
import { weighResults } from './weigh-results.ts';
import type { diagnostics } from './workload.ts';

/** What an answer that was kept as a log says by itself: which GPU is which stands in another output, they have numbers here. */
export function weighLog(
  answer: DiagAnswer,
  placeOf: (pointer: string) => SourcePlace,
): Result<ParsedStep<typeof diagnostics.metrics>> {
  const { version } = answer;
  const toolVersion = version === undefined ? undefined : /^\d{1,3}\.\d{1,3}\.\d{1,4}$/.exec(version)?.[0];
  if (version !== undefined && toolVersion === undefined)
    return err(`expected a version, got \`${version.slice(0, 40)}\``);
  const numbers = gpusOf(answer);
  if (numbers.length === 0) return err('expected results of GPUs, found none');
  const level = levelOf(answer);
  if (level === undefined) return err('expected the tests of a level, found too few');
  const weighed = weighResults(answer, { level }, new Map(numbers.map((gpu) => [gpu, `${gpu}`])), {
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
      at: at.flatMap((place) => ('pointer' in place ? [placeOf(place.pointer)] : [])),
    })),
    unmeasured: weighed.value.unmeasured,
  });
}

const gpusOf = ({ gpus, tests }: DiagAnswer): readonly number[] =>
  gpus ??
  [...new Set(tests.flatMap(({ results }) => results.flatMap(({ gpu }) => gpu ?? [])))].toSorted(
    (a, b) => a - b,
  );

const ofLevel3 = ['diagnostic', 'targeted_stress', 'targeted_power', 'memory_bandwidth', 'eud_test', 'eud'];

/** The highest level of which there is a test; that all of its tests are there is looked at by weighResults. */
function levelOf({ tests }: DiagAnswer): 1 | 2 | 3 | undefined {
  const names = new Set(tests.map(({ name }) => name.toLowerCase().replaceAll(' ', '_')));
  if (ofLevel3.some((name) => names.has(name))) return 3;
  if (['memory', 'pcie', 'gpu_memory'].some((name) => names.has(name))) return 2;
  return names.has('software') || names.has('denylist') ? 1 : undefined;
}
