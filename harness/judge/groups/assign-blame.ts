import type { Said } from '../../../reports/verdict/said.ts';
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

function whyNode(node: string, trials: readonly Trial[], question: TrialAspect): Said {
  const bad = trials.filter((trial) => isBadIn(trial, question) && trial.members.includes(node));
  const alone = bad.find(({ members }) => members.length === 1);
  if (alone !== undefined) return { say: 'bad-alone', node, example: alone.reason };
  const partners = clearedPartners(node, trials, question);
  const example = bad.find(({ members }) => members.length === 2);
  return {
    say: 'bad-with-each',
    node,
    partners: [...partners],
    ...(example === undefined ? {} : { example: example.reason }),
  };
}

function whyTogether({ members, reason, about = 'result' }: Trial, trials: readonly Trial[]): Said {
  const cleared = clearedNodes(trials, about);
  const isClear = members.length === 1 || members.every((member) => cleared.has(member));
  return { say: isClear ? 'bad-together' : 'nobody-singled-out', members, example: reason };
}
