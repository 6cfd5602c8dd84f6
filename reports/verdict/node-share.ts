import type { Block } from './verdict.ts';

/** What one node has to do with the trials of its block. */
export interface NodeShare {
  /** Those that it took part in, and those that a blame rests on that it is named in. */
  readonly trials: Block['trials'];
  readonly blames: Block['blames'];
  /** Subjects and steps of the trials that it took part in. */
  readonly groups: ReadonlySet<string>;
  readonly steps: ReadonlySet<string>;
  /** Subjects of bad trials that it is blamed for. */
  readonly blamed: ReadonlySet<string>;
}

export function shareOf(node: string, block: Block | undefined): NodeShare {
  const { trials = [], blames = [] } = block ?? {};
  const named = blames.filter((blame) => blame.node === node || blame.members.includes(node));
  const own = trials.filter(({ members }) => members.includes(node));
  const behind = new Set(named.flatMap(({ steps }) => steps));
  const guilty = new Set(named.filter((blame) => blame.node === node).flatMap(({ steps }) => steps));
  return {
    trials: trials.filter((trial) => own.includes(trial) || behind.has(trial.step)),
    blames: named,
    groups: new Set(own.map(({ group }) => group)),
    steps: new Set(own.map(({ step }) => step)),
    blamed: new Set(
      own.filter(({ step, outcome }) => outcome === 'bad' && guilty.has(step)).map(({ group }) => group),
    ),
  };
}
