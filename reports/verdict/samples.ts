import * as z from 'zod';
import { compareText } from '../../workloads/kit/compare-text.ts';
import { Sample } from '../../workloads/kit/sample.ts';
import { nameOf } from '../../workloads/kit/subject.ts';

/**
 * Every sample of one node (`samples/<node>.json` beside the verdict that names it). It is made from the raw output,
 * like the verdict, and nothing is judged from it.
 */
export const Samples = z.strictObject({
  schema: z.literal('assay/samples'),
  schemaVersion: z.literal(1),
  run: z.string(),
  node: z.string(),
  samples: z.array(Sample),
});
export type Samples = z.infer<typeof Samples>;

/** Where the samples of a node lie among the reports. */
export const samplesPath = (node: string): string => `samples/${node}.json`;

/** Lists that are in order: those of a run are asked for again and again. */
const inOrder = new WeakSet<readonly Sample[]>();

/** In the order of step, metric, subject and then all that a reader can see, so that those that are alike are equal. */
export function sortSamples(samples: readonly Sample[]): readonly Sample[] {
  if (inOrder.has(samples)) return samples;
  // Several readings of a step differ in their dimensions only.
  const texts = new Map<Sample, string>();
  const textOf = (sample: Sample): string => {
    const text = texts.get(sample) ?? JSON.stringify(sample);
    texts.set(sample, text);
    return text;
  };
  const sorted = samples.toSorted(
    (a, b) =>
      compareText(a.step, b.step) ||
      compareText(a.metric, b.metric) ||
      compareText(nameOf(a.subject), nameOf(b.subject)) ||
      compareText(textOf(a), textOf(b)),
  );
  inOrder.add(sorted);
  return sorted;
}

/** The text of a document, one sample a line, in the order of `sortSamples`. The digest in a verdict is of its bytes. */
export function samplesText({
  run,
  node,
  samples,
}: Pick<Samples, 'run' | 'node'> & {
  readonly samples: readonly Sample[];
}): string {
  const head = JSON.stringify({ schema: 'assay/samples', schemaVersion: 1, run, node }, undefined, 1);
  const lines = samples.map((sample) => `  ${JSON.stringify(sample)}`);
  return `${head.slice(0, -2)},\n "samples": [\n${lines.join(',\n')}\n ]\n}\n`;
}
