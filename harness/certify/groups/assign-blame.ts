import type { Blame, Trial } from '../../../reports/schema/verdict.ts';
import { blamedNodes, clearedNodes, clearedPartners } from './next-trials.ts';

/** Who the bad trials are blamed on: nodes first, then what could not be pinned on one. */
export function assignBlame(trials: readonly Trial[]): readonly Blame[] {
  const bad = trials.filter(({ outcome }) => outcome === 'bad');
  const blamed = blamedNodes(trials);
  const nodes = [...blamed].map((node): Blame => {
    const own = bad.filter(({ members }) => members.includes(node));
    return { node, members: [node], reason: whyNode(node, trials, own), steps: own.map(({ step }) => step) };
  });
  const open = bad.filter(({ members }) => !members.some((member) => blamed.has(member)));
  const groups = new Map(open.map((trial) => [trial.group, trial]));
  return [
    ...nodes,
    ...[...groups.values()].map(
      (trial): Blame => ({
        members: [...trial.members],
        reason: whyTogether(trial, trials),
        steps: open.filter(({ group }) => group === trial.group).map(({ step }) => step),
      }),
    ),
  ];
}

function whyNode(node: string, trials: readonly Trial[], bad: readonly Trial[]): string {
  const partners = clearedPartners(node, trials, clearedNodes(trials));
  const alone = bad.find(({ members }) => members.length === 1);
  const [example] = alone === undefined ? bad.filter(({ members }) => members.length === 2) : [alone];
  const found = example === undefined ? '' : ` (${example.reason})`;
  if (alone !== undefined) return `${node} is bad all by itself${found}`;
  return `${node} is bad with each of ${partners.length} partners (${partners.join(', ')}), who are good with others${found}`;
}

function whyTogether({ members, reason }: Trial, trials: readonly Trial[]): string {
  const cleared = clearedNodes(trials);
  const names = members.join(', ');
  if (members.length === 1) return `${names} is bad by itself (${reason})`;
  if (members.every((member) => cleared.has(member)))
    return `${names} are good with others and bad with each other: look at what lies between them (${reason})`;
  return `${names}: nobody could be singled out, since too few partners are known to be good (${reason})`;
}
