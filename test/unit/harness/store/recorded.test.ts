import { describe, expect, it } from 'vitest';
import { JournalFold } from '../../../../agents/protocol/journal-fold.ts';
import type { StepResult } from '../../../../agents/protocol/step.ts';
import { Recorded } from '../../../../harness/store/recorded.ts';
import type { Sample } from '../../../../workloads/kit/sample.ts';
import { loadRegistry } from '../../../../workloads/registry.ts';

const registry = await loadRegistry();
const digest = 'a'.repeat(64);

/** A journal of steps that begin (`+r`) and end (`-r`). */
function journal(...entries: readonly string[]): JournalFold {
  const fold = new JournalFold();
  entries.forEach((entry, seq) => {
    const [step, at] = [entry.slice(1), { seq, prev: digest, at: '2026-11-30T00:00:00Z' }];
    fold.note(
      entry.startsWith('+')
        ? { type: 'step-started', step, ...at }
        : { type: 'step-ended', step, execution: 'completed', result: digest, ...at },
    );
  });
  return fold;
}

const result = (step: string, execution: StepResult['execution'] = 'completed'): StepResult => {
  const isRecorder = step.startsWith('r');
  const watch = { output: 'watch', file: 'run.watch.json', bytes: 1, sha256: digest, capped: false };
  return {
    ...({ step, execution, commands: [{ outputs: isRecorder ? [] : [watch] }] } as unknown as StepResult), // all that is looked at
    workload: isRecorder ? 'accelerator-health' : 'memory',
    tool: isRecorder ? 'record' : 'ptx',
  };
};

const sample = (metric: string, value: number): Sample => ({
  metric,
  value,
  unit: 'count',
  dimensions: {},
  subject: { kind: 'device', node: 'n', device: '0000:01:00.0' },
  tool: 'record',
  step: 'r1',
  session: 1,
  origin: 'native',
  at: [{ command: 'run', output: 'stdout', line: 1 }],
});

function weigh(fold: JournalFold, results: readonly StepResult[]) {
  const recorded = new Recorded();
  for (const each of results) recorded.note(registry, each);
  const samples = [
    sample('accelerator-health.fatalXids', 0),
    { ...sample('accelerator-health.fatalXids', 1), dimensions: { error: 'Xid 79' } },
    sample('accelerator-health.pcieReplays', 0),
  ];
  return recorded.weigh(samples, fold).map(({ invalid }) => invalid);
}
const nothing = [undefined, undefined, undefined];

describe('what a recorder did not find', () => {
  it('counts where every load lay within it', () => {
    const fold = journal('+r1', '+a', '-a', '+b', '-b', '-r1');
    expect(weigh(fold, [result('r1'), result('a'), result('b')])).toEqual(nothing);
  });

  it.each([
    ['began before it', ['+a', '+r1', '-a', '-r1']],
    ['ended behind it', ['+r1', '+a', '-r1', '-a']],
    ['came behind it', ['+r1', '-r1', '+a', '-a']],
  ])('is not known where a load %s, and what it found stands', (_, entries) => {
    expect(weigh(journal(...entries), [result('r1'), result('a')])).toEqual([
      'a loaded the accelerators while nobody recorded them',
      undefined,
      'a loaded the accelerators while nobody recorded them',
    ]);
  });

  it('is not known of what was loaded beside a recorder that was ended before its time', () => {
    const fold = journal('+r0', '+a', '-a', '-r0', '+r1', '+b', '-b', '-r1');
    const both = [result('r1'), result('a'), result('b')];
    expect(weigh(fold, [result('r0', 'cancelled'), ...both])[0]).toContain('a loaded the accelerators');
    expect(weigh(fold, [result('r0'), ...both])).toEqual(nothing);
    // A load that was cut short counts for nothing, and is repeated.
    const cut = [result('r1'), result('a', 'cancelled'), result('b')];
    expect(weigh(fold, [result('r0', 'cancelled'), ...cut])).toEqual(nothing);
  });
});
