import * as z from 'zod';

/**
 * Why a published row gives no limit: a closed list, so that every row is counted somewhere. The first part is what whoever read the
 * source says of a row, or of what it measured; the second what the rules of this folder find in it.
 */
export const reasons = {
  'metric-not-declared': 'no workload measures it yet',
  'read-from-the-machine': 'the driver of each card says it, and facts are judged by that',
  'other-procedure': 'it counts something else than any metric of ours',
  'best-of-search': 'the fastest of many shapes: a sanity bound, no floor',
  'counted-once': 'bytes of a copy count once, not twice',
  'procedure-unstated': 'how it was measured is not said',
  'drive-state-unstated': 'whether the drive was new, in a burst or steady is not said',
  'model-not-named': 'the exact model is not named',
  'several-drives': 'several drives as one',
  'one-card': 'one card of one person',
  'not-exercised': 'the machine that it is for never runs it',
  'source-unidentified': 'the origin of the copy is not known',
  'of-one-fabric': 'measured on one network, and nobody says a floor for it',
  'no-value': 'no value, or one that was found wrong when it was read',
  'other-unit': 'refused: its unit is none of its quantity',
  'not-its-own-share': 'refused: it is not the share of its measurement that it says it is',
  'named-otherwise': 'refused: it is not the value that its own name says',
  'floor-above-expected': 'refused: its floor lies above what it expects',
  'bits-for-bytes': 'refused: eight times what can be, bits for bytes',
  'above-ceiling': 'refused: more than the part can do',
  'slip-of-a-thousand': 'refused: a thousandth of what healthy parts do, another unit',
  'slip-of-ten': 'refused: a tenth of what healthy parts do',
  lopsided: 'refused: less than half of the other way over the same link, by the same source',
  'sparse-as-dense': 'refused: twice what others say, the figure with sparsity',
  'same-as-other-setting': 'refused: equal to the run with the other setting, so the label is wrong',
  'not-below-healthy': 'refused: healthy hardware does less',
} as const;
export type Reason = keyof typeof reasons;

/** What a row can be marked with by whoever read its source. */
export const Aside = z.enum([
  'read-from-the-machine',
  'other-procedure',
  'best-of-search',
  'counted-once',
  'procedure-unstated',
  'drive-state-unstated',
  'model-not-named',
  'several-drives',
  'one-card',
  'not-exercised',
  'source-unidentified',
  'no-value',
]);
export type Aside = z.infer<typeof Aside>;

/** These are about what was measured, and leave a peak that stands in the same row alone. */
export const isOnMeasured = (aside: Aside): boolean =>
  aside === 'best-of-search' || aside === 'counted-once' || aside === 'one-card';
