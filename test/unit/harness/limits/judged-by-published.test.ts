import { describe, expect, it } from 'vitest';
import { loadBuiltIn } from '../../../../harness/config/built-in.ts';
import { judge } from '../../../../harness/judge/judge.ts';
import { known } from '../../../../workloads/kit/facts/fact.ts';
import type { Accelerator } from '../../../../workloads/kit/facts/host-facts.ts';
import { loadRegistry } from '../../../../workloads/registry.ts';
import { h100 } from '../../../support/constructed/facts.ts';
import { constructProfile, constructRequirement, constructRun } from '../../../support/constructed-run.ts';
import { tell } from '../../../support/tell.ts';

const { limits } = await loadBuiltIn(await loadRegistry());
const profile = constructProfile([
  constructRequirement({
    id: 'speed',
    scope: 'accelerator',
    sampling: 'screening',
    rule: { kind: 'metric', metric: 'memory.triad' },
  }),
]);

/** The cell of one card of this model that was measured once with this many GB/s. */
function cellOf(model: string, speed: number) {
  const card: Accelerator = h100(0, { model: known(model) });
  const about = { device: card.address, dimensions: { 'device.kind': 'gpu' } };
  const run = constructRun({
    profile,
    limits,
    nodes: [
      {
        id: 'node',
        facts: { accelerators: known([card]) },
        steps: [
          {
            entry: 'triad',
            workload: 'memory',
            repetition: 1,
            samples: [
              { metric: 'memory.triad', value: speed * 1e9, ...about },
              { metric: 'memory.wrongWords', value: 0, ...about },
            ],
          },
        ],
      },
    ],
  });
  const [cell] = judge(run).cells;
  return cell && { verdict: cell.verdict, limit: cell.limit?.id, reason: tell(cell).reason };
}

describe('a card, held against what is published of it', () => {
  it.each([
    ['H100-SXM5-80GB', 2900, 'pass', 'memory.h100-sxm5-device-memory'],
    ['H100-SXM5-80GB', 2000, 'fail', 'memory.h100-sxm5-device-memory'],
    ['H100-SXM5-80GB', 3400, 'invalid', 'memory.h100-sxm5-device-memory'],
    ['H200-SXM', 2900, 'fail', 'memory.h200-sxm-device-memory'],
    ['L4', 250, 'missing', 'memory.l4-device-memory'],
    ['L4', 100, 'missing', 'memory.l4-device-memory'],
    ['L4', 301, 'invalid', 'memory.l4-device-memory'],
    ['RTX-4090', 950, 'missing', 'memory.rtx-4090-device-memory'],
    ['RTX-4090', 1100, 'invalid', 'memory.rtx-4090-device-memory'],
    ['A30-PCIe', 800, 'missing', undefined],
  ])('%s with %d GB/s is %s', (model, speed, verdict, limit) => {
    expect(cellOf(model, speed)).toMatchObject({ verdict, limit });
  });

  it('is missing what a contract has to state, in words', () => {
    expect([cellOf('L4', 250), cellOf('RTX-4090', 950)].map((cell) => cell?.reason)).toEqual([
      'the published floor of `memory.triad` does not tell healthy from broken: a contract has to state one',
      'nobody publishes a floor for `memory.triad` here, only the most that the part can do: a contract has to state one',
    ]);
  });
});
