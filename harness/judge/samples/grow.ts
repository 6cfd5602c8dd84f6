import { nameOf } from '../../../workloads/kit/subject.ts';
import type { Dossier, JudgedSample } from '../dossier.ts';

/**
 * Counters as what they grew by since the first look in the run. One step is one look, however often the counter
 * stands in it (a drive with two namespaces), and one look alone shows no growth and is left out; a counter that went back
 * was reset, and says nothing.
 */
export function grow(samples: readonly JudgedSample[], { planned }: Dossier): readonly JudgedSample[] {
  const place = new Map([...planned.keys()].map((step, index) => [step, index]));
  const inOrder = samples.toSorted((a, b) => (place.get(a.step) ?? 0) - (place.get(b.step) ?? 0));
  const counters = Map.groupBy(inOrder, ({ subject, tool, dimensions }) =>
    JSON.stringify([nameOf(subject), tool, Object.entries(dimensions).toSorted()]),
  );
  return [...counters.values()].flatMap((looks) => {
    const [first] = looks;
    if (first === undefined || looks.every(({ step }) => step === first.step)) return [];
    return looks.map((sample): JudgedSample => {
      const value = Math.max(0, sample.value - first.value);
      const text = `the counter went back from ${first.value} to ${sample.value}`;
      return sample.value < first.value
        ? { ...sample, value, invalid: sample.invalid ?? { say: 'quoted', text } }
        : { ...sample, value };
    });
  });
}
