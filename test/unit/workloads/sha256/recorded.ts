import fc from 'fast-check';
import type { Fact } from '../../../../workloads/kit/facts/fact.ts';
import { known, unknown } from '../../../../workloads/kit/facts/fact.ts';
import type { HostFacts } from '../../../../workloads/kit/facts/host-facts.ts';
import { readHostFacts } from '../../../../workloads/kit/facts/read-host-facts.ts';
import type { CommandOutput, StepOutputs } from '../../../../workloads/kit/tool.ts';
import { loadCase } from '../../../support/case.ts';

/** The outputs of a recorded step, `workloads/<workload>/fixtures/<name>/`. */
export const recorded = (workload: string, name: string): StepOutputs => loadCase(workload, name).outputs;

/** The same step, with one command's output changed. */
export function withOutput(outputs: StepOutputs, id: string, change: Partial<CommandOutput>): StepOutputs {
  return { ...outputs, [id]: { ...outputs[id]!, ...change } };
}

/** The same step, with a piece of one command's stdout replaced; the piece must be there. */
export function withText(outputs: StepOutputs, id: string, from: string, to: string): StepOutputs {
  const { stdout } = outputs[id]!;
  if (!stdout.includes(from)) throw new Error(`expected \`${from}\` in the fixture`);
  return withOutput(outputs, id, { stdout: stdout.replace(from, to) });
}

/** A node of which only the CPUs are known. */
export function machine(cpu: {
  readonly allowedCpus?: number;
  readonly logicalCpus?: number;
  readonly flags?: readonly string[];
  readonly availableBytes?: number;
}): HostFacts {
  const nothing = readHostFacts({ schema: 'assay/probes', schemaVersion: 1, scratchPath: '/', probes: [] });
  const of = (value: number | undefined): Fact<number> =>
    value === undefined ? unknown('not given') : known(value);
  return {
    ...nothing,
    cpu: {
      ...nothing.cpu,
      logicalCpus: of(cpu.logicalCpus),
      flags: cpu.flags === undefined ? unknown('not given') : known([...cpu.flags]),
    },
    memory: { ...nothing.memory, availableBytes: of(cpu.availableBytes) },
    limits: { ...nothing.limits, allowedCpus: of(cpu.allowedCpus) },
  };
}

/** Recorded steps with one piece of one command's stdout cut out, replaced or doubled. */
export function damaged(steps: readonly StepOutputs[]): fc.Arbitrary<StepOutputs> {
  const piece = fc.oneof(
    fc.string({ maxLength: 12 }),
    fc.constantFrom('nan', 'inf', '-1', '0', '1e999', '1,5', '5e-324', '\n'),
  );
  return fc
    .record({
      step: fc.constantFrom(...steps),
      which: fc.nat(),
      start: fc.double({ min: 0, max: 1, noNaN: true }),
      length: fc.nat(20),
      piece,
    })
    .map(({ step, which, start, length, piece }) => {
      const ids = Object.keys(step);
      const id = ids[which % ids.length]!;
      const { stdout } = step[id]!;
      const from = Math.floor(start * stdout.length);
      return withOutput(step, id, { stdout: stdout.slice(0, from) + piece + stdout.slice(from + length) });
    });
}
