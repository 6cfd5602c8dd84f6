import type { Blame, Trial } from '../../../reports/verdict/verdict.ts';
import type { TrialAspect } from './next-trials.ts';
import { blamedIn, blamedNodes, clearedNodes, clearedPartners, isBadIn, questions } from './next-trials.ts';

/** Who the bad trials are blamed on: nodes first, then what could not be pinned on one. */
export function assignBlame(trials: readonly Trial[]): readonly Blame[] {
  const blamed = blamedNodes(trials);
  const named = new Set<string>();
  const nodes = questions.flatMap((question) =>
    [...blamedIn(trials, question)].flatMap((node): readonly Blame[] => {
      if (named.has(node)) return [];
      named.add(node);
      const bad = trials.filter(({ outcome, members }) => outcome === 'bad' && members.includes(node));
      const reason = whyNode(node, trials, question);
      return [{ node, members: [node], reason, steps: bad.map(({ step }) => step) }];
    }),
  );
  const open = trials.filter(
    ({ outcome, members }) => outcome === 'bad' && !members.some((member) => blamed.has(member)),
  );
  return [
    ...nodes,
    ...[...Map.groupBy(open, ({ group }) => group).values()].flatMap((same): readonly Blame[] => {
      const [first] = same;
      if (first === undefined) return [];
      const steps = same.map(({ step }) => step);
      return [{ members: [...first.members], reason: whyTogether(first, trials), steps }];
    }),
  ];
}

function whyNode(node: string, trials: readonly Trial[], question: TrialAspect): string {
  const bad = trials.filter((trial) => isBadIn(trial, question) && trial.members.includes(node));
  const alone = bad.find(({ members }) => members.length === 1);
  if (alone !== undefined) return `${node} is bad all by itself (${alone.reason})`;
  const partners = clearedPartners(node, trials, question);
  const example = bad.find(({ members }) => members.length === 2);
  return `${node} is bad with each of ${partners.length} partners, who are good with others: ${partners.join(', ')} (with one of them: ${example?.reason ?? 'no reason given'})`;
}

function whyTogether({ members, reason, about = 'result' }: Trial, trials: readonly Trial[]): string {
  const cleared = clearedNodes(trials, about);
  const names = members.join(', ');
  if (members.length === 1) return `${names} is bad by itself (${reason})`;
  if (members.every((member) => cleared.has(member)))
    return `${names} are good with others and bad with each other: look at what lies between them (${reason})`;
  return `${names}: nobody could be singled out, since too few partners are known to be good (${reason})`;
}
