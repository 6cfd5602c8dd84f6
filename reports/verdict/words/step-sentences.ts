import type { SaidFate } from '../said.ts';
import { describeTrouble } from './facility-words.ts';
import { formatDuration } from './format-duration.ts';
import type { Say, Sentences } from './sentences.ts';

const inPercent = (share: number): string => `${(100 * share).toFixed(1)} %`;

/** `timeout: 60 s are over (r1-copy, r2-copy); error (r3-copy)`. */
export const describeFates = (fates: readonly SaidFate[], say: Say): string =>
  fates
    .map(({ steps, execution, reason, isWithout = false }) => {
      const words = isWithout
        ? `${execution} without this reading`
        : [execution, reason === undefined ? undefined : say(reason)]
            .filter((part) => part !== undefined)
            .join(': ');
      return `${words} (${steps.join(', ')})`;
    })
    .join('; ');

/** Why there is no number: what became of steps, and what tools lack. */
export const stepSentences = {
  fates: ({ fates }, say) => describeFates(fates, say),
  'no-tool': ({ entries }, say) => entries.map(({ entry, reason }) => `${entry}: ${say(reason)}`).join('; '),
  'no-plan': () => 'nothing was planned for this run',
  'not-in-suite': ({ suite, workload, otherwise = false }) =>
    otherwise
      ? `the suite \`${suite}\` planned \`${workload}\` on this node, but nothing of it that gives this`
      : `the suite \`${suite}\` did not plan \`${workload}\` on this node`,
  'only-drive': ({ drive }) => `only the drive behind the scratch directory (${drive}) was measured`,
  'no-reading': ({ workload }) =>
    workload === undefined
      ? 'it gave no reading'
      : `the steps of \`${workload}\` completed without a reading of this metric here`,
  'no-evidence': () => 'it left no evidence',
  unreadable: ({ why }, say) => `output could not be read: ${say(why)}`,
  'not-as-planned': ({ what, expected, found }) =>
    `it is not what was planned: expected ${what} ${expected}, found ${found}`,
  'kept-out': ({ node, because = 'it is to blame for other measurements' }) =>
    `${node} is kept out (${because})`,
  idled: ({ trouble }) => `the machine was idled: ${describeTrouble(trouble)}`,
  'lost-node': ({ node }) => `${node} is lost to this run`,
  'begun-before': ({ node }) => `${node} began it before an interruption, and a step is never run twice`,
  'not-in-plan': () => 'not in the plan',
  'tools-lack': ({ tools, pinned }, say) =>
    tools.length === 0
      ? `no tool${pinned === undefined ? '' : ` \`${pinned}\``}`
      : tools.map(({ tool, why }) => `${tool}: ${say(why)}`).join('; '),
  lacks: ({ programs, headers, libraries, cpuFlags }) =>
    [
      ...(programs.length > 0 ? [`${programs.join(', ')} not on the PATH`] : []),
      ...(headers.length > 0 ? [`header ${headers.join(', ')} not found`] : []),
      ...(libraries.length > 0 ? [`library ${libraries.join(', ')} not found`] : []),
      ...(cpuFlags.length > 0 ? [`CPU without ${cpuFlags.join(', ')}`] : []),
    ].join(' and '),
  'at-look': ({ session, so }, say) => `${say(so)} (in the look behind session ${session}, which stands)`,
  'look-differs': ({ session, so }, say) =>
    `what was noted in the look behind session ${session} is not what the evidence gives (so far: ${say(so)})`,
  'not-rested': ({ session, seconds, asked, so }, say) =>
    `session ${session} was begun ${seconds} s behind the last look, and is one of its own after ${asked} s (so far: ${say(so)})`,
  sessions: ({ lacking, so }, say) => `nothing of the session ${lacking.join(', ')} yet (so far: ${say(so)})`,
  repaired: ({ part }) =>
    `what was measured before ${part} was repaired says nothing about the machine as it is now`,
  boots: ({ seen, asked }) =>
    seen >= asked
      ? `the same machine after each of ${seen} boots`
      : `${seen} of ${asked} boots seen: reboot it, then certify --session after-boot`,
  'boot-changed': ({ step, kind, part, isGone }) =>
    `behind a boot (${step}) ${kind} ${part} is ${isGone ? 'gone' : 'new'}`,
  'no-soak': ({ suite }) => `the suite \`${suite}\` has no soak: certify with --soak`,
  'soak-failed': ({ window, of, what }, say) => `in window ${window} of ${of}: ${say(what)}`,
  'soak-short': ({ seconds, hours }) =>
    `the soak took ${formatDuration(1000 * seconds)}, ${hours} h are asked for`,
  'soak-endured': ({ windows, seconds }) =>
    `${windows} of ${windows} windows of ${formatDuration(1000 * seconds)} without a failure`,
  'soak-few': ({ windows, least }) => `${windows} windows say nothing of a change, ${least} are needed`,
  'soak-idle': () => 'nothing in its windows puts a load on the machine',
  'soak-without': ({ what, subject, windows, of, why }, say) =>
    `${what}: no usable reading of ${subject} in window ${windows.join(', ')} of ${of}${why === undefined ? '' : ` (${say(why)})`}`,
  'soak-other': ({ what, subject, windows }) =>
    `${what}: on ${subject} window ${windows.join(', ')} was measured in another way than the others`,
  'soak-hasty': ({ window, seconds, planned }) =>
    `expected window ${window} to be under load for ${formatDuration(1000 * planned)}, found ${formatDuration(1000 * seconds)}`,
  'soak-kept': ({ what, windows, kept, least }) =>
    `${what}: the last of ${windows} windows at ${inPercent(kept)} of the first, at least ${inPercent(least)} expected`,
  'soak-same': ({ what, windows, other }) =>
    other.length === 0
      ? `${what}: the same in ${windows} of ${windows} windows`
      : `${what}: window ${other.join(', ')} of ${windows} differs from the others`,
  'only-reads': () => 'only reads logs made elsewhere',
  'no-workload': ({ workload }) => `no workload \`${workload}\``,
} satisfies Partial<Sentences>;
