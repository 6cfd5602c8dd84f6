import { describe, expect, it } from 'vitest';
import type { BatchEnd } from '../../../../agents/protocol/journal-fold.ts';
import type { OpenNode } from '../../../../harness/fleet/open-node.ts';
import { planGroup } from '../../../../harness/plan/plan-groups.ts';
import { bringThrough, createLaunches } from '../../../../harness/run/group-launches.ts';
import { AssayError } from '../../../../workloads/kit/assay-error.ts';
import { err, ok } from '../../../../workloads/kit/result.ts';

const steps = planGroup(
  ['a', 'b', 'c'].map((node, index) => ({
    node,
    tool: 'openmpi',
    network: '10.0.0.0/24',
    address: `10.0.0.${index + 1}`,
  })),
  { id: 'all', workload: 'allreduce', params: {}, budgetSeconds: 60 },
  { step: 'r1-all', repetition: 1 },
);

/** Launches with members that do nothing but end when told; the words are the rank that is wanted. */
function open(lost?: AssayError) {
  const ends = new Map<string, (end: BatchEnd) => void>();
  const asked: string[] = [];
  const broken: string[] = [];
  const node = (name: string): OpenNode =>
    ({
      node: name,
      factsStep: 'facts',
      scratch: undefined,
      session: {
        progress: {
          runningBatch: undefined,
          hasStarted: () => false,
          ended: new Map([['r1-all', { execution: 'completed' }]]),
        },
        runBatch: () => {
          asked.push(name);
          return new Promise<BatchEnd>((resolve) => ends.set(name, resolve));
        },
        send: () => undefined,
      },
    }) as unknown as OpenNode; // the edge of what is tested: a node that is there
  const launches = createLaunches({
    steps,
    nodes: new Map(['a', 'b', 'c'].map((name) => [name, node(name)])),
    filesOf: () => Promise.resolve(new Map()),
    tool: {
      id: 'openmpi',
      readLaunch: ([word = '']) =>
        /^\d+/.test(word)
          ? ok({ rank: Number.parseInt(word), parameters: { id: word } })
          : err(`not a rank: ${word}`),
    },
    bring: (target, member, launch) =>
      lost === undefined
        ? bringThrough(target, member, { plan: 'digest', launch, beside: [] })
        : Promise.reject(lost),
    onBroken: (member, said) => {
      broken.push(`${member}: ${said}`);
      return Promise.resolve();
    },
  });
  return {
    launches,
    asked,
    broken,
    end: (name: string) => ends.get(name)?.({ execution: 'completed', reason: undefined }),
  };
}

const refused = (text: string) => ({ exitCode: 1, text: `refused: ${text}` });

describe('createLaunches', () => {
  it('starts the member that is asked for and answers when it has ended', async () => {
    const { launches, asked, end } = open();
    const answer = launches.answer('r1-all', ['1']);
    await Promise.resolve();
    expect(asked).toEqual(['b']);
    end('b');
    expect(await answer).toEqual({ exitCode: 0, text: '' });
  });

  it.each([
    ['another step than the one that is run', 'r2-all', '1', 'r2-all is not the step that is being run'],
    ['words that cannot be read', 'r1-all', 'rm -rf /', 'not a rank: rm -rf /'],
    ['a rank that nobody has', 'r1-all', '7', 'there is no rank 7'],
    [
      'more than an agent takes, whatever the tool let through',
      'r1-all',
      '1'.padEnd(16_385, 'a'),
      'a launch that no agent takes: Too big: expected string to have <=16384 characters',
    ],
  ])('refuses %s, and starts nothing', async (_, step, word, text) => {
    const { launches, asked } = open();
    expect(await launches.answer(step, [word])).toEqual(refused(text));
    expect(asked).toEqual([]);
  });

  it('launches nobody twice', async () => {
    const { launches, asked } = open();
    void launches.answer('r1-all', ['2']);
    expect(await launches.answer('r1-all', ['2'])).toEqual(refused('rank 2 was launched before'));
    expect(asked).toEqual(['c']);
  });

  it('tells that the step is broken when a member is lost, and not more than an agent takes', async () => {
    const { launches, broken } = open(new AssayError('AGENT_LOST', 'x'.repeat(10_000)));
    const { exitCode, text } = await launches.answer('r1-all', ['1']);
    expect([exitCode, text.length]).toEqual([1, 4_000]);
    expect(broken[0]).toMatch(/^b: x/);
  });
});
