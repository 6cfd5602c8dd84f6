import { exitCodes } from '../../workloads/kit/error-code.ts';
import { exitCodeOf, isUnmet } from './algebra.ts';
import { blockContradictions } from './block-contradictions.ts';
import type { Cell, Counts } from './cell.ts';
import { decidingCells } from './conclude-block.ts';
import type { Verdict } from './verdict.ts';

/**
 * Where a verdict says two different things: no renderer should have to choose which one to believe. A survey may
 * end with 0 whatever the profile says, since it only classifies.
 */
export function contradictions(verdict: Verdict): readonly string[] {
  const required = verdict.cells.filter((cell) => cell.level === 'required');
  const advisory = verdict.cells.filter((cell) => cell.level === 'advisory');
  const deciding = verdict.block === undefined ? required : decidingCells(verdict.block, required);
  const ids = verdict.cells.map((cell) => cell.id);
  const known = new Set(ids);
  const isDamaged = (verdict.evidence.damage ?? []).length > 0;
  const expected = exitCodeOf(verdict.conclusion, verdict.evidence.damage, verdict.rehearsal);
  const isSurveyed = verdict.run.purpose === 'survey' && verdict.exitCode === exitCodes.pass;
  return [
    ...miscounts('required', verdict.counts.required, required),
    ...miscounts('advisory', verdict.counts.advisory, advisory),
    ...(verdict.conclusion === 'pass' ? unmet(deciding) : []),
    ...misjudgedFail(verdict, deciding),
    ...(verdict.exitCode === expected || isSurveyed
      ? []
      : [
          `exitCode: expected ${expected} for the conclusion \`${verdict.conclusion}\`${isDamaged ? ' on damaged evidence' : ''}, got ${verdict.exitCode}`,
        ]),
    ...(known.size === ids.length ? [] : ['cells: expected every id once']),
    ...verdict.defects.flatMap((defect) =>
      defect.cells
        .filter((id) => !known.has(id))
        .map((id) => `defects \`${defect.id}\`: expected the id of a cell, got \`${id}\``),
    ),
    ...blockContradictions(verdict),
  ];
}

function miscounts(level: string, counts: Counts, cells: readonly Cell[]): readonly string[] {
  return Object.entries(counts).flatMap(([word, count]) => {
    const found = cells.filter((cell) => cell.verdict === word).length;
    return found === count
      ? []
      : [`counts.${level}.${word}: expected ${found}, the number of such cells, got ${count}`];
  });
}

/** A pass without one required cell that passes would be a pass by absence. */
function unmet(required: readonly Cell[]): readonly string[] {
  const open = required.filter(isUnmet);
  if (open.length > 0)
    return open.map(
      (cell) => `conclusion: expected anything but \`pass\`, since \`${cell.id}\` is ${cell.verdict}`,
    );
  return required.some((cell) => cell.verdict === 'pass')
    ? []
    : ['conclusion: expected a required cell that passes behind `pass`, got none'];
}

/** A fail is neither hidden behind a milder word nor said without a cell that shows it. */
function misjudgedFail({ conclusion }: Verdict, required: readonly Cell[]): readonly string[] {
  const failed = required.find((cell) => cell.verdict === 'fail');
  if (conclusion === 'undecided' && failed !== undefined)
    return [`conclusion: expected \`fail\`, since \`${failed.id}\` is fail, got \`undecided\``];
  if (conclusion === 'fail' && failed === undefined)
    return ['conclusion: expected a required cell that fails behind `fail`, got none'];
  return [];
}
