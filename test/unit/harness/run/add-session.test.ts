import { describe, expect, it } from 'vitest';
import { JournalFold } from '../../../../agents/protocol/journal-fold.ts';
import type { Execution } from '../../../../agents/protocol/step.ts';
import type { Plan, PlannedStep } from '../../../../harness/plan/plan.ts';
import type { SessionEvidence } from '../../../../harness/run/add-session.ts';
import { addSession, bootsToLeave } from '../../../../harness/run/add-session.ts';
import type { CoordinatorEntry } from '../../../../harness/store/coordinator-journal.ts';

const stepOn = (node: string): PlannedStep => ({
  node,
  step: 'r1-hash',
  entry: 'hash',
  workload: 'sha256',
  tool: 'openssl',
  params: {},
  repetition: 1,
  session: 1,
  budgetMs: 1000,
});

/** Two nodes with one step each, on which steps have ended as told, by node and step. */
function evidenceOf(ends: Record<string, Record<string, Execution>>): SessionEvidence {
  const steps = [stepOn('n1'), stepOn('n2')];
  const added: SessionEvidence['sessions'][number][] = [];
  const onNode = (node: string) => steps.filter((each) => each.node === node);
  return {
    run: { called: 'run' },
    get plan() {
      return { steps } as unknown as Plan; // nothing else of it is looked at
    },
    sessions: added,
    repairs: [],
    extensions: [],
    registry: new Map(),
    nodes: new Map(
      ['n1', 'n2'].map((id) => {
        const fold = new JournalFold();
        const opened = { run: 'run', node: id, protocol: 1, bundle: 'b', directory: '/d' };
        fold.note({ type: 'opened', seq: 0, prev: '', at: '', bootId: `${id}-boot`, ...opened });
        return [id, { id, fold, sameAs: undefined }];
      }),
    ),
    dueOn: onNode,
    stepsOf: (node) => new Map(onNode(node).map((each) => [each.step, each])),
    endOf: (node, step) => ends[node]?.[step],
    decide: (_now, entry: CoordinatorEntry) => {
      if (entry.type === 'added') steps.push(...entry.steps);
      if (entry.type === 'added' && entry.reason.why === 'session') added.push(entry.reason);
      return Promise.resolve();
    },
  };
}

const now = (): Date => new Date(0);

describe('a session behind a boot', () => {
  it('is asked of nodes that have done all, and goes on with the same where it is open', async () => {
    const ends: Record<string, Record<string, Execution>> = {
      n1: { 'r1-hash': 'completed' },
      n2: { 'r1-hash': 'completed' },
    };
    const evidence = evidenceOf(ends);
    const both = new Map([
      ['n1', 'n1-boot'],
      ['n2', 'n2-boot'],
    ]);
    expect(await addSession(evidence, now)).toEqual(both);
    expect(await addSession(evidence, now)).toEqual(both);
    expect(bootsToLeave(evidence)).toEqual(both);
    expect(evidence.sessions).toHaveLength(1);
  });

  it('is one more for those that are behind theirs while another node never came back', async () => {
    const ends: Record<string, Record<string, Execution>> = {
      n1: { 'r1-hash': 'completed' },
      n2: { 'r1-hash': 'completed' },
    };
    const evidence = evidenceOf(ends);
    await addSession(evidence, now);
    ends['n1'] = { ...ends['n1'], 's3-r1-hash': 'completed' };
    expect(bootsToLeave(evidence)).toEqual(new Map([['n2', 'n2-boot']]));
    await addSession(evidence, now);
    expect(evidence.sessions.map(({ session, boots }) => [session, Object.keys(boots)])).toEqual([
      [3, ['n1', 'n2']],
      [4, ['n1']],
    ]);
    expect([...bootsToLeave(evidence).keys()].toSorted()).toEqual(['n1', 'n2']);
  });

  it.each([
    'cancelled',
    'lost-contact',
  ] as const)('is not asked of a node of which a step is %s', async (end) => {
    const evidence = evidenceOf({ n1: { 'r1-hash': end }, n2: { 'r1-hash': 'completed' } });
    expect([...(await addSession(evidence, now)).keys()]).toEqual(['n2']);
    await expect(addSession(evidenceOf({ n1: { 'r1-hash': end } }), now)).rejects.toThrow(/first session/);
  });
});
