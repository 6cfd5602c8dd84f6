import { execFileSync } from 'node:child_process';
import { globSync, mkdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Samples } from '../../reports/verdict/samples.ts';
import { Verdict } from '../../reports/verdict/verdict.ts';
import { tell } from '../../test/support/tell.ts';
import { Document } from '../../workloads/rdma/rails-document.ts';

/** What a run says of its rails, beside what perftest printed. */
export interface Readings {
  readonly lines: readonly string[];
  /** In what the samples are not what perftest printed. */
  readonly differences: readonly string[];
  /** Bandwidths that count. */
  readonly rates: number;
  /** Required cells that do not pass. */
  readonly unmet: number;
}

/** Numbers of a row, by the metric and `quantile` or `mean` of a sample, in its unit; taken from the text by place alone. */
const columns: Readonly<Record<string, readonly [column: number, unit: number]>> = {
  bandwidth: [3, 1e9],
  'latency 0.5': [4, 1e-6],
  'latency mean': [5, 1e-6],
  'latency 0.99': [7, 1e-6],
};

export function compareReadings(run: string, profile: string): Readings {
  const report = `${run}.report`;
  const samples = globSync(join(report, 'samples/*.json')).flatMap(
    (path) => Samples.parse(JSON.parse(readFileSync(path, 'utf8'))).samples,
  );
  const lines: string[] = [];
  const differences: string[] = [];
  for (const [step, { rails }] of documentsOf(run))
    for (const { card, tests, state } of rails) {
      if (tests.length === 0) lines.push(`${step} ${card}: ${state}, not tested`);
      for (const { direction, report: text, exitCode, said, before, after } of tests) {
        const row = / {0,1}#bytes[^\n]*\n *(\d[^\n]*)/.exec(text)?.[1]?.trim().split(/\s+/);
        const grown = Object.entries(after).map(
          ([name, count]) => `${name} +${Number(count) - Number(before[name as keyof typeof before] ?? 0)}`,
        );
        lines.push(
          `${step} ${card} ${direction}: ${row?.join(' ') ?? `exit code ${exitCode}: ${said.split('\n')[0] ?? ''}`} (${grown.join(', ')})`,
        );
        const from = direction === 'out' ? 'guest1' : 'guest2';
        for (const [name, [column, unit]] of Object.entries(columns)) {
          const [metric = '', of] = name.split(' ');
          const sample = samples.find(
            (each) =>
              each.step === step &&
              each.metric === `rdma.${metric}` &&
              each.dimensions['card'] === card &&
              each.dimensions['from'] === from &&
              (of === undefined ||
                each.dimensions['quantile'] === Number(of) ||
                (of === 'mean' && each.dimensions['mean'] === true)),
          );
          const printed = Number(row?.[column]) * unit;
          if (sample !== undefined && !(Math.abs(sample.value - printed) <= 1e-9 * printed))
            differences.push(
              `DIFFERS: ${step} ${card} ${name}: ${sample.value} was read, ${printed} printed`,
            );
        }
      }
    }
  const { cells } = Verdict.parse(JSON.parse(readFileSync(join(report, `verdicts/${profile}.json`), 'utf8')));
  for (const { metric, value, unit, dimensions, invalid } of tell(samples))
    if (metric === 'rdma.bandwidth' || metric === 'rdma.efficiency')
      lines.push(
        `read ${metric} ${String(dimensions['card'])} from ${String(dimensions['from'])}: ${value} ${unit} ${String(dimensions['error'] ?? '')}${invalid === undefined ? '' : ` invalid: ${invalid}`}`,
      );
  for (const { id, verdict, reason } of tell(cells)) lines.push(`cell ${id}: ${verdict}: ${reason}`);
  const isRate = (metric: string): boolean => metric === 'rdma.bandwidth';
  return {
    lines,
    differences,
    rates: samples.filter(({ metric, invalid }) => isRate(metric) && invalid === undefined).length,
    unmet: cells.filter(({ verdict }) => verdict !== 'pass').length,
  };
}

/** What the leader printed in each step, unpacked beside the run. */
function documentsOf(run: string): readonly (readonly [string, Document])[] {
  const folder = `${run}.unpacked`;
  mkdirSync(folder, { recursive: true });
  execFileSync('tar', ['-xf', join(run, 'nodes/guest1/evidence.tar'), '-C', folder]);
  return globSync(join(folder, 'steps/*rdma*'))
    .toSorted()
    .flatMap((path) => {
      const read = Document.safeParse(JSON.parse(readFileSync(join(path, 'run.stdout'), 'utf8')));
      return read.success ? [[basename(path), read.data] as const] : [];
    });
}
