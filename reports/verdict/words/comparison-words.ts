import type { ComparedAsset, Comparison, ComparisonReason, ComparisonRow, Outcome } from '../comparison.ts';
import { formatCount } from './format-count.ts';
import { formatDuration } from './format-duration.ts';
import { say } from './say.ts';

export const outcomeWords: Readonly<Record<Outcome, string>> = {
  inferior: 'inferior',
  undecided: 'undecided',
  'not-compared': 'not compared',
  vanished: 'vanished',
  appeared: 'appeared',
  'non-inferior': 'not inferior',
};

export const outcomeMarks: Readonly<Record<Outcome, string>> = {
  inferior: '✖',
  undecided: '◐',
  'not-compared': '⊘',
  vanished: '○',
  appeared: '＋',
  'non-inferior': '●',
};

export const comparisonWords: Readonly<Record<Comparison['conclusion'], string>> = {
  'non-inferior': 'Not inferior',
  inferior: 'Inferior',
  undecided: 'Not decided',
};

export const comparisonSentences: Readonly<Record<Comparison['conclusion'], string>> = {
  'non-inferior': 'Every metric of every machine is shown to be as good as before, but for the margin.',
  inferior: 'At least one metric is shown to be worse than before by more than the margin.',
  undecided:
    'Nothing is shown to be worse, but not everything is shown to be as good as before; what is not decided is not shown.',
};

export const comparisonNote =
  'It says what changed between two sets of runs, not whether a machine conforms: that is said by the verdict of each run.';

/** Why a row has its outcome. */
export function comparisonReason(reason: ComparisonReason): string {
  switch (reason.say) {
    case 'interval':
      return 'by its interval';
    case 'few-sessions': {
      const { before, after, needed } = reason;
      const least = Math.min(before, after);
      return least === 1
        ? `one session (${before} before, ${after} after; an interval needs ${needed} a side)`
        : `${before} sessions before, ${after} after; an interval needs ${needed} a side`;
    }
    case 'unlike-suite':
      return `unlike suites: ${reason.before} before, ${reason.after} after`;
    case 'unlike-tool':
      return `unlike tools: ${reason.before} before, ${reason.after} after`;
    case 'unlike-procedure':
      return `unlike parameters: ${reason.before} before, ${reason.after} after`;
    case 'indicative':
      return 'indicative numbers, measured by Assay itself in place of a tool';
    case 'unusable':
      return `no usable number ${reason.side}: ${say(reason.why)}`;
    case 'not-positive':
      return `a number ${reason.side} is not above zero, so there is no ratio`;
    case 'unbounded':
      return 'the sessions of one side differ so much that the ratio could be anything';
    case 'only':
      return `measured only ${reason.side}`;
  }
}

export const matchWords: Readonly<Record<NonNullable<ComparedAsset['how']>, string>> = {
  serial: 'serial number',
  uuid: 'UUID of its board',
  'machine-id': 'machine id of its system',
  place: 'its place alone',
  name: 'its name alone',
};

export const changeWords: Readonly<Record<ComparedAsset['change'], string>> = {
  same: 'there on both sides',
  moved: 'moved',
  appeared: 'appeared',
  vanished: 'vanished',
};

/** Of a machine that is blamed for its pairs. */
export const pairWords = 'inferior in each of its pairs, whose partners are better with others';

/** `2 of 12 machines inferior, 10 not inferior`. */
export function tallyAssets(assets: readonly ComparedAsset[]): string {
  const compared = assets.filter(({ outcome }) => outcome !== undefined);
  const counts = Map.groupBy(compared, ({ outcome }) => outcome);
  const parts = (['inferior', 'undecided', 'not-compared', 'vanished', 'appeared', 'non-inferior'] as const)
    .filter((outcome) => counts.has(outcome))
    .map((outcome) => `${counts.get(outcome)?.length} ${outcomeWords[outcome]}`);
  const gone = assets.filter(({ change }) => change === 'vanished').length;
  const come = assets.filter(({ change }) => change === 'appeared').length;
  return [
    `${formatCount(compared.length, 'machine')} compared${parts.length === 0 ? '' : `: ${parts.join(', ')}`}`,
    ...(gone === 0 ? [] : [`${gone} vanished`]),
    ...(come === 0 ? [] : [`${come} appeared`]),
  ].join('; ');
}

const percent = (share: number): string => `${Number((share * 100).toPrecision(3))} %`;

/** `96.2 %`, of what was before. */
export const goodnessWords = (ratio: number): string => `${(ratio * 100).toFixed(1)} %`;

export const intervalWords = ({ lower, upper }: NonNullable<ComparisonRow['ratio']>): string =>
  `${(lower * 100).toFixed(1)} – ${(upper * 100).toFixed(1)} %`;

const marginSources: Readonly<Record<Comparison['method']['margin']['by'], string>> = {
  given: 'as the command line says',
  profile: 'as the profile says',
  assay: 'as Assay takes it where the profile says nothing',
};

/** How it was compared, in sentences. */
export function methodSentences({ method }: Comparison): readonly string[] {
  const { margin, confidence, leastSessions, apartSeconds, spreads = [] } = method;
  const own = Object.entries(margin.metrics ?? {}).map(([metric, value]) => `${metric} ${percent(value)}`);
  return [
    `Margin: ${percent(margin.value)}, ${marginSources[margin.by]}${own.length === 0 ? '' : `; ${own.join(', ')}`}. Not inferior: the interval lies above ${percent(1 - margin.value)}. Inferior: it lies below. Undecided: it does not.`,
    `Each number of one side is the median of a session. An interval needs ${leastSessions} sessions a side (Fieller, degrees of freedom of the side with fewer, ${percent(confidence)} for each statement). Runs that begin less than ${formatDuration(apartSeconds * 1000)} apart on one boot are one session.`,
    'How good it is after, as a share of before: above 100 % is better, also where less is better. The sides are compared where suite, tool and parameters are the same; else the row says what differs.',
    'Only speeds and times have a ratio. Wrong results, errors and states are judged in the verdict of each run.',
    ...spreads.map(
      ({ metric, spread, sessions, source }) =>
        `Between sessions ${metric} differs by ${percent(spread)} (standard deviation of ${sessions} sessions), stated by: ${source}.`,
    ),
  ];
}
