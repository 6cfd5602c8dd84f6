import { describeQuantity } from './describe-quantity.ts';
import { comparatorWords } from './fact-sentences.ts';
import type { Sentences } from './sentences.ts';
import { describeFates } from './step-sentences.ts';

const percent = (share: number): string => `${Math.round(share * 100)} %`;
const count = (runs: number): string => (runs === 1 ? '1 run' : `${runs} runs`);
/** Runs of one session have heat and neighbours in common, so how many sessions there were is said beside them. */
const runsIn = (runs: number, sessions: number | undefined): string =>
  sessions === undefined ? `${runs} runs` : `${runs} runs in ${sessions} sessions`;

const pairsOf = (where: Readonly<Record<string, unknown>>): string =>
  Object.entries(where)
    .map(([key, value]) => `${key}=${String(value)}`)
    .join(', ');

/** Numbers beside limits, and why some cannot be used. */
export const numberSentences = {
  'no-metric': ({ metric }) => `no workload declares the metric \`${metric}\``,
  'contract-needed': ({ metric }) =>
    `nobody publishes a limit for \`${metric}\`: a contract has to state one`,
  'shown-only': ({ metric, comparator }) =>
    comparator === 'atMost'
      ? `nobody publishes a floor for \`${metric}\` here, only the most that the part can do: a contract has to state one`
      : `the published floor of \`${metric}\` does not tell healthy from broken: a contract has to state one`,
  'no-limit-for': ({ metric, label }) => `no published limit of \`${metric}\` is for ${label}`,
  'limit-unit': ({ limit, metric }) => `the limit is in ${limit}, the metric in ${metric}`,
  'no-sample-with': ({ where }) => `no sample was taken with ${pairsOf(where)}`,
  'no-usable-sample': () => 'no sample can be used',
  'some-samples': ({ flawed, of, what }, say) => `${flawed} of ${of} samples: ${say(what)}`,
  measured: ({ comparator, limit, low, high, unit, where, error, decision }, say) => {
    const range =
      low === high
        ? describeQuantity(low, unit)
        : `${describeQuantity(low, unit)} to ${describeQuantity(high, unit)}`;
    return `expected ${comparatorWords[comparator]} ${describeQuantity(limit.value, limit.unit)}, found ${range}${where === undefined ? '' : ` with ${pairsOf(where)}`}${error === undefined ? '' : ` (${error})`}: ${say(decision)}`;
  },
  'nothing-measured': () => 'nothing was measured',
  observations: ({ violating, of }) =>
    violating > 0
      ? `${violating} of ${of} observations violate the limit`
      : `${of} of ${of} observations hold`,
  median: ({ runs, misses }) => {
    const what = `median of ${count(runs)}`;
    switch (misses) {
      case undefined:
        return `${what} holds`;
      case 'far':
        return `${what} misses the limit by more than 10 %`;
      case 'near':
        return `${what} misses the limit by less than 10 %, which a screening cannot decide`;
    }
  },
  'runs-hold': ({ held, runs, needed, sessions }) =>
    `${held} of ${runsIn(runs, sessions)} hold (needed: ${needed})`,
  'runs-miss': ({ missed, runs, sessions }) => `${missed} of ${runsIn(runs, sessions)} miss the limit`,
  'next-look': ({ held, runs, next, sessions }) =>
    next === undefined
      ? `${held} of ${runsIn(runs, sessions)} hold: another look is needed`
      : `${held} of ${runsIn(runs, sessions)} hold; the next look is at ${next} runs`,
  'last-look': ({ held, runs, sessions }) =>
    `${held} of ${runsIn(runs, sessions)} hold: neither pass nor fail after the last look`,
  'series-few': ({ runs, least }) => `${count(runs)} of tonight, of which ${least} decide at the earliest`,
  'series-unknown': ({ so }, say) =>
    `${say(so)}; what is usual for it is not known yet, since too few nights before are`,
  series: ({ change, nights, off, so }, say) => {
    const share = `${(100 * Math.abs(change)).toFixed(1)} % ${change < 0 ? 'worse' : 'better'} than usual (${nights} nights)`;
    switch (off) {
      case undefined:
        return `${say(so)}, ${share}`;
      case 'near':
        return `${say(so)}, and it is ${share}: another night has to confirm that`;
      case 'far':
        return `${say(so)}, and it is ${share}, further than any of its nights should be`;
    }
  },
  'few-windows': ({ windows, least }) =>
    `${windows} ${windows === 1 ? 'window' : 'windows'} of the soak, of which ${least} decide at the earliest`,
  windows: ({ held, of, needed }) => `${held} of ${of} windows of the soak hold (needed: ${needed})`,
  'few-siblings': ({ found, least }) =>
    `${found} of its model were measured alike in this node, ${least} are needed to say which one differs`,
  'siblings-near': ({ comparator, share, low, high, siblings, heat, decision }, say) => {
    const tell = (value: number): string => `${(100 * value).toFixed(1)} %`;
    const found = low === high ? tell(low) : `${tell(low)} to ${tell(high)}`;
    const hot =
      heat === undefined ? '' : `, at ${Math.round(heat.celsius)} °C beside ${Math.round(heat.siblings)} °C`;
    return `expected ${comparatorWords[comparator]} ${tell(share)} of the median with its ${siblings} siblings, found ${found}${hot}: ${say(decision)}`;
  },
  'siblings-alike': ({ alike, of }) => `the same as ${alike} of ${of} of its model`,
  'siblings-differ': ({ alike, of, step }) =>
    `not what ${alike} of ${of} of its model have in common (step ${step})`,
  'siblings-split': ({ of, values, step }) =>
    `${of} of its model have ${values} different results, none of them most (step ${step}): nobody can say which is right`,
  unproven: ({ key, wanted, found }) => {
    if (found === undefined) return `${key} is not proven to be ${String(wanted)}`;
    return typeof wanted === 'string'
      ? `measured on ${String(found)}, not ${wanted} (${key})`
      : `${key} is ${String(found)}, not ${String(wanted)}`;
  },
  'other-unit': ({ found, limit }) => `measured in ${found}, the limit is in ${limit}`,
  'above-ceiling': ({ found, ceiling }) =>
    `timer or tool suspect: ${describeQuantity(found.value, found.unit)} is above ${describeQuantity(ceiling.value, ceiling.unit)}, the most that its limit allows`,
  'not-finite': () => 'the value is not a finite number',
  'other-tool': ({ tool, tools }) => `measured with ${tool}; the limit is for ${tools.join(' or ')}`,
  indicative: ({ tool }) => `indicative: ${tool} is Assay's own kernel, no native tool measured this`,
  'unplanned-step': ({ step }) => `step ${step} is not in the plan of this node`,
  'foreign-device': ({ subject }) => `measured on ${subject}, which is not among the devices of this node`,
  'limits-unknown': ({ unknown }) =>
    unknown === undefined
      ? 'the effective limits of the agent are not known'
      : `whether the agent could use the whole machine is not known: ${unknown}`,
  'other-work': ({ node, share, atMost }) =>
    share === undefined
      ? `whether others worked on ${node} meanwhile is not known: the ticks of the kernel could not be read`
      : `other work on ${node} took ${percent(share)} of its CPU time meanwhile, at most ${percent(atMost)} may`,
  restricted: () => 'the agent could not use the whole machine (affinity, quota or memory limit)',
  'wrong-results': ({ step, what, value }) =>
    `${step === undefined ? 'its step' : `step ${step}`} computed wrong results (${what}: ${value})`,
  'check-unusable': ({ why }, say) => `the check of its results cannot be used: ${say(why)}`,
  unchecked: ({ step }) => `nothing checked the results of step ${step}`,
  repetitions: ({ done, of, fates }, say) =>
    `${done} of ${of} planned repetitions: ${describeFates(fates, say)}`,
  'other-machine': ({ step, what, before, after }) =>
    `${step} is of another machine: ${what} ${String(after)}, first ${String(before)}`,
  'machine-changed': ({ step, kind, part, isGone }) =>
    `it was measured before the machine changed (${step}): ${kind} ${part} is ${isGone ? 'gone' : 'new'}`,
} satisfies Partial<Sentences>;
