import { nameOf } from '../../workloads/kit/subject.ts';
import { cleanText } from '../text/clean-text.ts';
import { listedUnder } from '../verdict/algebra.ts';
import type { Cell, CellVerdict } from '../verdict/cell.ts';
import type { Signature } from '../verdict/signature.ts';
import type { Defect, Verdict } from '../verdict/verdict.ts';
import type { VerdictLookup } from '../verdict/verdict-lookup.ts';
import { foldNames } from '../verdict/words/fold-names.ts';
import { formatNodeFact } from '../verdict/words/format-fact.ts';
import { formatLimit } from '../verdict/words/format-limit.ts';
import { formatQuantity } from '../verdict/words/format-quantity.ts';
import { say } from '../verdict/words/say.ts';
import type { InTheWay } from '../verdict/words/tally-sentences.ts';
import { countInTheWay } from '../verdict/words/tally-sentences.ts';
import { besideLimit, middleOf, speakingCells } from './block-shown.ts';
import type { NodeMap } from './map-nodes.ts';
import { mapNodes } from './map-nodes.ts';
import { foldDefects, whereabouts } from './punch-list.ts';
import { foldMet } from './shown.ts';
import { formatMargin, goodness, worstSample } from './worst-sample.ts';

/** Page one of a report of conformity: what it says, before it is said in a language. */
export interface Front {
  readonly verdict: Verdict;
  readonly isBlock: boolean;
  readonly signatures: readonly Signature[];
  readonly nodes: { readonly passed: number; readonly of: number; readonly atLeast: number | undefined };
  readonly classes: string;
  readonly accelerators: number;
  readonly inTheWay: InTheWay | undefined;
  /** Absent where it is about one machine. */
  readonly map: NodeMap | undefined;
  readonly defects: { readonly entries: readonly FrontDefect[]; readonly count: number };
  readonly shown: { readonly rows: readonly ShownRow[]; readonly measured: number; readonly facts: number };
  readonly notShown: { readonly names: readonly string[]; readonly count: number };
  readonly steps: { readonly planned: number; readonly completed: number };
  readonly conditions: Conditions;
}

export interface FrontDefect {
  readonly verdict: CellVerdict;
  readonly where: readonly string[];
  readonly owner: Defect['owner'];
  readonly symptom: string;
  readonly action: string;
  readonly retest: string | undefined;
}

/** A requirement that is met, with the readings nearest to and farthest from its limit. */
export interface ShownRow {
  /** All cells that it is about; the places of its numbers stand below this name. */
  readonly cells: readonly [Cell, ...Cell[]];
  readonly anchor: string;
  readonly isOfContract: boolean;
  readonly met: number;
  readonly of: number;
  readonly readings: number;
  readonly limit: string;
  readonly lowest: string;
  readonly median: string;
  readonly highest: string;
  readonly margin: string;
}

/** Each value that was found, most frequent first, and on how many machines or devices. */
type Found = readonly (readonly [value: string, count: number])[];
export interface Conditions {
  readonly inlet: string | undefined;
  readonly drivers: Found;
  readonly kernels: Found;
  readonly clock: string | undefined;
}

/** As many as leave room on one sheet of paper; the rest stands in the sections. */
const most = { defects: 4, shown: 7, notShown: 10 };

export function frontOf(lookup: VerdictLookup, signatures: readonly Signature[]): Front {
  const { verdict, isBlock } = lookup;
  const { block, nodes, attempts, assets } = verdict;
  const alike = foldDefects(lookup);
  const names = [...new Set(verdict.notShown.map(({ what }) => cleanText(say(what))))];
  const { rows, measured, facts } = shownOf(lookup);
  return {
    verdict,
    isBlock,
    signatures,
    nodes: {
      passed: block?.nodes.filter(({ conclusion }) => conclusion === 'pass').length ?? 0,
      of: nodes.length,
      atLeast: block?.quota?.atLeast,
    },
    classes: foldNames([...new Set(assets.map((asset) => asset.class.id))]),
    accelerators: factsOf(verdict, 'accelerators', 'pciId').length,
    inTheWay: countInTheWay(verdict),
    map: isBlock ? mapNodes(block?.nodes ?? [], lookup.pages) : undefined,
    defects: {
      count: alike.length,
      entries: alike.slice(0, most.defects).map(
        (those): FrontDefect => ({
          verdict: those[0].verdict,
          where: whereabouts(those, lookup),
          owner: those[0].owner,
          symptom: [those[0].symptom, ...(lookup.blames.get(those[0]) ?? []).map(({ reason }) => reason)]
            .map(say)
            .join(' '),
          action: say(those[0].action),
          retest: those[0].retest === undefined ? undefined : say(those[0].retest),
        }),
      ),
    },
    shown: { rows: rows.slice(0, most.shown), measured, facts },
    notShown: { names: names.slice(0, most.notShown), count: names.length },
    steps: {
      planned: attempts.length,
      completed: attempts.filter(({ execution }) => execution === 'completed').length,
    },
    conditions: conditionsOf(verdict),
  };
}

/** What is measured and met, the one with the least margin first. */
function shownOf(lookup: VerdictLookup): {
  readonly rows: readonly ShownRow[];
  readonly measured: number;
  readonly facts: number;
} {
  const met = foldMet(speakingCells(lookup.verdict));
  const measured = met.filter(([{ observed }]) => observed?.kind === 'samples');
  const ofContract = new Set(lookup.verdict.contract?.stated.map(({ requirement }) => requirement));
  const rows = measured.map((cells, place) => {
    const [first] = cells;
    const seen = cells.flatMap(({ observed }) => (observed?.kind === 'samples' ? [observed] : []));
    const beside = besideLimit(first, seen[0]?.unit ?? 'count');
    const worst = cells
      .flatMap((cell) => worstSample(cell) ?? [])
      .toSorted((left, right) => goodness(left) - goodness(right))[0];
    return {
      rank: worst?.margin ?? Infinity,
      row: {
        cells,
        anchor: `raw-${place + 1}`,
        isOfContract: ofContract.has(first.requirement),
        met: cells.length,
        of: lookup.applicable(first),
        readings: seen.reduce((sum, { n }) => sum + n, 0),
        limit: formatLimit(first),
        lowest: beside(seen.reduce((least, { min }) => Math.min(least, min), Infinity)),
        median: beside(middleOf(seen.map(({ median }) => median))),
        highest: beside(seen.reduce((greatest, { max }) => Math.max(greatest, max), -Infinity)),
        margin: formatMargin(worst?.margin),
      },
    };
  });
  return {
    rows: rows.toSorted((left, right) => left.rank - right.rank).map(({ row }) => row),
    measured: measured.length,
    facts: met.length - measured.length,
  };
}

/** All rows, and not only those for which there is room. */
export const allShown = (lookup: VerdictLookup): readonly ShownRow[] => shownOf(lookup).rows;

/** Facts of one name, of all machines; `name` is that of a device's, or of the machine. */
function factsOf(
  { nodes }: Verdict,
  group: string,
  name: string,
): readonly Verdict['nodes'][number]['facts'][number][] {
  return nodes.flatMap(({ facts }) =>
    facts.filter((fact) => fact.group === group && (fact.name === name || fact.name.endsWith(` ${name}`))),
  );
}

function conditionsOf(verdict: Verdict): Conditions {
  const found = (group: string, name: string): Found => {
    const values = factsOf(verdict, group, name).flatMap((fact) =>
      fact.value === undefined ? [] : [formatNodeFact(fact).value],
    );
    return [...Map.groupBy(values, (value) => value)]
      .map(([value, those]) => [value, those.length] as const)
      .toSorted(([, left], [, right]) => right - left);
  };
  const numbers = (group: string, name: string): readonly number[] =>
    factsOf(verdict, group, name).flatMap(({ value }) => (typeof value === 'number' ? [value] : []));
  const inlet = numbers('environment', 'inletCelsius');
  const clock = numbers('clockDeviationSeconds', 'clockDeviationSeconds').map(Math.abs);
  return {
    inlet:
      inlet.length === 0
        ? undefined
        : [...new Set([Math.min(...inlet), Math.max(...inlet)])]
            .map((each) => formatQuantity(each, 'Cel'))
            .join(' – '),
    drivers: found('accelerators', 'driverVersion'),
    kernels: found('os', 'kernel'),
    clock: clock.length === 0 ? undefined : formatQuantity(Math.max(...clock), 's'),
  };
}

/** Where the number of a cell stands: the step that gave it, the command, the output and the place in it. */
export interface RawPlace {
  readonly what: 'lowest' | 'median' | 'highest';
  readonly value: string;
  readonly on: string;
  readonly step: string;
  readonly places: readonly string[];
}

/** The places of the numbers of a row in the raw output, by the readings that are exactly these numbers. */
export function rawPlaces({ cells }: ShownRow, { verdict }: VerdictLookup): readonly RawPlace[] {
  const seen = cells.flatMap((cell) =>
    cell.observed?.kind === 'samples' ? [{ cell, seen: cell.observed }] : [],
  );
  const [first] = seen;
  if (first === undefined) return [];
  const format = besideLimit(first.cell, first.seen.unit);
  const find = (
    what: RawPlace['what'],
    wanted: (typeof seen)[number],
    value: number,
  ): readonly RawPlace[] => {
    const steps = new Set(wanted.seen.steps);
    const reading = verdict.measurements
      .filter(
        ({ subject, unit }) => unit === wanted.seen.unit && nameOf(subject) === nameOf(wanted.cell.subject),
      )
      .flatMap(({ readings }) => readings)
      .find((each) => each.value === value && steps.has(each.step));
    const on = listedUnder(wanted.cell);
    return reading === undefined
      ? [{ what, value: format(value), on, step: [...steps].join(', '), places: [] }]
      : [{ what, value: format(value), on, step: reading.step, places: reading.at.map(placeWords) }];
  };
  const lowest = seen.reduce((least, each) => (each.seen.min < least.seen.min ? each : least), first);
  const highest = seen.reduce((top, each) => (each.seen.max > top.seen.max ? each : top), first);
  return [
    ...find('lowest', lowest, lowest.seen.min),
    ...(seen.length === 1 && first.seen.n > 2 ? find('median', first, first.seen.median) : []),
    ...find('highest', highest, highest.seen.max),
  ];
}

const placeWords = (place: Verdict['measurements'][number]['readings'][number]['at'][number]): string =>
  `${place.command} ${place.output}, ${'line' in place ? `line ${place.line}` : place.pointer}`;
