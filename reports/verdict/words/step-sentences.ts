import type { SaidFate } from '../said.ts';
import type { Say, Sentences } from './sentences.ts';

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
  'not-in-suite': ({ suite, workload }) => `the suite \`${suite}\` did not plan \`${workload}\` on this node`,
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
  'only-reads': () => 'only reads logs made elsewhere',
  'no-workload': ({ workload }) => `no workload \`${workload}\``,
} satisfies Partial<Sentences>;
