import type { Trial } from '../../../reports/verdict/verdict.ts';

type Outcome = Pick<Trial, 'members' | 'outcome' | 'about'>;

/**
 * What a trial can be bad in, each asked about by itself: an all-reduce that came out right under no limit of speed says
 * nothing about who is slow, and a slow one clears its members of having hung.
 */
export const questions = ['result', 'speed'] as const;
export type TrialAspect = (typeof questions)[number];

/** Known-good partners that must agree before one node is blamed. */
export const partnersNeeded = 2;

/** With so few nodes everybody may meet everybody before one says that nobody is known to be good. */
const fewNodes = 4;

/** Is this trial bad in that respect? */
export const isBadIn = ({ outcome, about = 'result' }: Outcome, question: TrialAspect): boolean =>
  outcome === 'bad' && about === question;

/** Nodes that a measurement with others has cleared in one respect. */
export const clearedNodes = (trials: readonly Outcome[], question: TrialAspect): ReadonlySet<string> =>
  new Set(
    trials
      .filter(({ members, outcome, about = 'result' }) => {
        if (members.length < 2) return false;
        return question === 'speed'
          ? outcome === 'good' && about === 'speed'
          : outcome === 'good' || (outcome === 'bad' && about === 'speed');
      })
      .flatMap(({ members }) => members),
  );

/** Nodes that are to blame, in whatever respect. */
export const blamedNodes = (trials: readonly Outcome[]): ReadonlySet<string> =>
  new Set(questions.flatMap((question) => [...blamedIn(trials, question)]));

/**
 * Nodes that are to blame in one respect: never good with anybody, and bad with at least two partners who are good with
 * others; or bad all by themselves.
 */
export function blamedIn(trials: readonly Outcome[], question: TrialAspect): ReadonlySet<string> {
  const cleared = clearedNodes(trials, question);
  const suspects = new Set(
    trials.filter((trial) => isBadIn(trial, question)).flatMap(({ members }) => members),
  );
  return new Set(
    [...suspects].filter(
      (node) =>
        isBadAlone(node, trials, question) ||
        (!cleared.has(node) && clearedPartners(node, trials, question).length >= partnersNeeded),
    ),
  );
}

/** Partners with whom a node is bad and who are good with others. */
export function clearedPartners(
  node: string,
  trials: readonly Outcome[],
  question: TrialAspect,
): readonly string[] {
  const cleared = clearedNodes(trials, question);
  const partners = trials
    .filter((trial) => isBadIn(trial, question) && trial.members.length === 2 && trial.members.includes(node))
    .flatMap(({ members }) => members.filter((member) => member !== node));
  return [...new Set(partners)].filter((partner) => cleared.has(partner));
}

/**
 * Which measurements would say who is to blame for the bad ones, as far as they can run at the same time: none in
 * common. A bad group is split into halves; a suspect of a bad pair meets partners that are known to be good, then runs
 * alone, where one node can. Nothing is measured twice, so this ends. Pure: the same trials give the same answer, live and offline.
 */
export function nextTrials(trials: readonly Outcome[], leastMembers = 1): readonly (readonly string[])[] {
  return disjoint(
    questions
      .flatMap((question) => wantedFor(trials, question))
      .filter((members) => members.length >= leastMembers),
  );
}

function wantedFor(trials: readonly Outcome[], question: TrialAspect): readonly (readonly string[])[] {
  const tried = new Set(trials.map(({ members }) => keyOf(members)));
  const blamed = blamedNodes(trials);
  const cleared = clearedNodes(trials, question);
  const all = [...new Set(trials.flatMap(({ members }) => members))];
  const partners = cleared.size === 0 && all.length <= fewNodes ? all : [...cleared];
  const isNew = (members: readonly string[]): boolean => !tried.has(keyOf(members));
  return trials
    .filter((trial) => isBadIn(trial, question) && !trial.members.some((member) => blamed.has(member)))
    .flatMap(({ members }) => {
      if (members.length > 2) {
        const half = Math.ceil(members.length / 2);
        const halves = [members.slice(0, half), members.slice(half)].filter(isNew);
        if (halves.length > 0) return halves;
      }
      // A pair; or a group whose halves are good, of whom somebody was not yet measured with anybody.
      return members
        .filter((node) => members.length <= 2 || !isPartOfBadPart(node, members, trials, question))
        .filter((node) => !cleared.has(node))
        .flatMap((node) => {
          const enough = clearedPartners(node, trials, question).length >= partnersNeeded;
          const partner = partners.find((other) => other !== node && isNew([node, other]));
          return !enough && partner !== undefined ? [[node, partner]] : [[node]].filter(isNew);
        });
    });
}

const keyOf = (members: readonly string[]): string => JSON.stringify([...members].sort());

const isBadAlone = (node: string, trials: readonly Outcome[], question: TrialAspect): boolean =>
  trials.some((trial) => isBadIn(trial, question) && trial.members.length === 1 && trial.members[0] === node);

/** Is there a smaller bad measurement inside this one with this node? Then that one is what has to be explained. */
const isPartOfBadPart = (
  node: string,
  members: readonly string[],
  trials: readonly Outcome[],
  question: TrialAspect,
): boolean =>
  trials.some(
    (trial) =>
      isBadIn(trial, question) &&
      trial.members.length < members.length &&
      trial.members.includes(node) &&
      trial.members.every((member) => members.includes(member)),
  );

function disjoint(wanted: readonly (readonly string[])[]): readonly (readonly string[])[] {
  const busy = new Set<string>();
  return wanted.filter((members) => {
    if (members.some((member) => busy.has(member))) return false;
    for (const member of members) busy.add(member);
    return true;
  });
}
