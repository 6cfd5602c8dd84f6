import { listedUnder, nodeOfCell } from '../../reports/verdict/algebra.ts';
import type { Cell } from '../../reports/verdict/cell.ts';
import { foldNodeSet } from '../../reports/verdict/words/fold-names.ts';
import { say } from '../../reports/verdict/words/say.ts';
import { nameOf } from '../../workloads/kit/subject.ts';
import type { Registry } from '../../workloads/registry.ts';
import { candidateLimits } from '../config/candidate-limits.ts';
import { judge } from '../judge/judge.ts';
import { whyUnfed } from '../plan/why-unfed.ts';
import type { RunMaterial } from '../store/run-material.ts';

/** A cell that is decided before anything is measured, and why. */
export interface Foreseen {
  readonly cell: Cell;
  readonly reason: string;
}

/** What certify cannot change: cells that fail by what the machines are, and cells that nothing in the plan can fill. */
export interface Forecast {
  readonly failing: readonly Foreseen[];
  readonly hopeless: readonly Foreseen[];
}

export function foresee(material: RunMaterial, registry: Registry): Forecast {
  // Of a node that nobody reached, or that is another one, nothing will be shown: one line says so.
  const cells = judge(material).cells.filter(
    ({ missing }) => missing !== 'no-access' && missing !== 'same-machine',
  );
  const those = (reasonOf: (cell: Cell) => string | undefined): readonly Foreseen[] =>
    cells.flatMap((cell) => {
      const reason = reasonOf(cell);
      return reason === undefined ? [] : [{ cell, reason }];
    });
  return {
    failing: those(({ verdict, reason }) => (verdict === 'fail' ? say(reason) : undefined)),
    hopeless: those((cell) => whyHopeless(cell, material, registry)),
  };
}

/** Whether a required cell is among them: certify then cannot end with a pass. */
export const cannotPass = ({ failing, hopeless }: Forecast): boolean =>
  [...failing, ...hopeless].some(({ cell }) => cell.level === 'required');

/** Required before advisory; what has one reason in one line, on however many nodes and in however many requirements. */
export function describeForeseen(foreseen: readonly Foreseen[]): readonly string[] {
  const same = [
    ...Map.groupBy(foreseen, ({ cell, reason }) => JSON.stringify([cell.level, reason])).values(),
  ];
  const levelOf = ([first]: readonly Foreseen[]): string => first?.cell.level ?? '';
  return same
    .toSorted((a, b) => levelOf(b).localeCompare(levelOf(a), 'en'))
    .map((those) => {
      const titles = [...new Set(those.map(({ cell }) => cell.title))];
      const names = foldNodeSet([...new Set(those.map(({ cell }) => listedUnder(cell)))]);
      return `${levelOf(those)}: ${titles.join('; ')}: ${those[0]?.reason ?? ''} (${names})`;
    });
}

/** Why nothing in the plan can fill a cell; absent when something may. */
function whyHopeless(cell: Cell, material: RunMaterial, registry: Registry): string | undefined {
  const { verdict, missing, requirement, subject, reason } = cell;
  if (verdict === 'pass' || verdict === 'fail' || verdict === 'not-applicable') return undefined;
  const rule = material.profile.requirements.find(({ id }) => id === requirement)?.rule;
  // One look does not tell what certify is going to watch for.
  const isWatched =
    rule?.kind === 'fact' && rule.watched === true && material.suite.watchSeconds !== undefined;
  if (isWatched && missing === 'unknown-fact') return undefined;
  if (rule?.kind !== 'metric' || missing !== 'not-run') return say(reason);
  const { workload: id, comesFrom } = material.metrics.get(rule.metric) ?? {};
  const steps = (material.plan?.steps ?? []).filter(
    (step) =>
      step.workload === id &&
      comesFrom?.(step.params) !== false &&
      (step.seat === undefined ? step.node === nodeOfCell(cell) : step.seat.group === nameOf(subject)),
  );
  if (steps.length === 0) return say(reason);
  const workload = registry.get(id ?? '')?.workload;
  const where = workload && whyUnfed(candidateLimits(rule, material.limits), steps, workload);
  return where === undefined
    ? undefined
    : `no step of the suite gives it with ${Object.entries(where)
        .map(([key, value]) => `${key}=${String(value)}`)
        .join(', ')}`;
}
