import type { Conversion, ConvertedSide, SideOf } from '../../reports/verdict/conversion.ts';
import type { AssetVerdict, Verdict } from '../../reports/verdict/verdict.ts';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import type { Fact } from '../../workloads/kit/facts/fact.ts';
import { valueOf } from '../../workloads/kit/facts/fact.ts';
import type { Accelerator } from '../../workloads/kit/facts/host-facts.ts';
import type { InventoryNode } from '../config/inventory.ts';
import type { EnergyRow } from '../config/read-energy.ts';
import { median } from '../stats/median.ts';
import { assayVersion } from '../version.ts';
import { powerOf, requirePlausible, sharesOf } from './asset-power.ts';
import type { CompareOptions } from './compare.ts';
import { compare } from './compare.ts';
import { convertAsics } from './convert-asics.ts';
import type { SeenAsset } from './match-assets.ts';
import { assetsOf, matchAssets } from './match-assets.ts';
import type { RunReadings } from './run-readings.ts';

/** A run with what a conversion needs beside its readings. */
export interface JudgedRun {
  readonly readings: RunReadings;
  readonly assets: Verdict['assets'];
  readonly profile: SideOf['profile'];
  readonly nodes: ReadonlyMap<
    string,
    {
      readonly named: InventoryNode;
      /** How long its steps took, all together. */
      readonly stepSeconds: number;
      /** What it drew at rest, by its management controller. */
      readonly restWatts?: number | undefined;
      /** Model and firmware of each of its cards. */
      readonly cards?: readonly Pick<Accelerator, 'model' | 'firmware'>[] | undefined;
      /** Who is at work on it, and what is left there of mining, each as far as it was looked at. */
      readonly leftOf: readonly Fact<string[]>[];
    }
  >;
}

export interface ConvertOptions extends CompareOptions {
  readonly energy?: { readonly file: string; readonly rows: readonly EnergyRow[] } | undefined;
}

/** What a hall was fit for and what it is fit for now. Throws COMPARISON_REFUSED as `compare` does, CONFIG_INVALID for energy of nobody. */
export function convert(
  given: { readonly before: readonly JudgedRun[]; readonly after: readonly JudgedRun[] },
  options: ConvertOptions,
): Conversion {
  const readings = (side: readonly JudgedRun[]) => side.map((run) => run.readings);
  const comparison = compare({ before: readings(given.before), after: readings(given.after) }, options);
  const energy = splitEnergy(given, options.energy);
  const inTime = (side: readonly JudgedRun[]) =>
    readings(side).toSorted((a, b) => (a.run.startedAt < b.run.startedAt ? -1 : 1));
  const assets = matchAssets(assetsOf(inTime(given.before)), assetsOf(inTime(given.after))).map(
    ({ before, after, how, change }) => ({
      ...(before === undefined ? {} : { before: describe(before, given.before, energy.before) }),
      ...(after === undefined ? {} : { after: describe(after, given.after, energy.after) }),
      ...(how === undefined ? {} : { how }),
      change,
    }),
  );
  const all = [...assets, ...convertAsics(given, energy)];
  return {
    schema: 'assay/conversion',
    schemaVersion: 1,
    assay: assayVersion,
    before: sideOf(
      given.before,
      all.flatMap(({ before }) => before ?? []),
      energy.before,
    ),
    after: sideOf(
      given.after,
      all.flatMap(({ after }) => after ?? []),
      energy.after,
    ),
    assets: all,
    comparison,
  };
}

/** Of which side a row of energy is: its period lies before the first run after begins, or behind that. */
function splitEnergy(
  given: Parameters<typeof convert>[0],
  energy: ConvertOptions['energy'],
): { readonly before: readonly EnergyRow[]; readonly after: readonly EnergyRow[] } {
  const split: { before: EnergyRow[]; after: EnergyRow[] } = { before: [], after: [] };
  if (energy === undefined) return split;
  const border = Math.min(...given.after.map(({ readings }) => Date.parse(readings.run.startedAt)));
  for (const row of energy.rows) {
    const side =
      Date.parse(row.to) <= border ? 'before' : Date.parse(row.from) >= border ? 'after' : undefined;
    const refuse = (message: string): AssayError =>
      new AssayError('CONFIG_INVALID', `${energy.file}:${row.line}: ${message}`, {
        hint: 'A row is about a machine of one side, by its name there, in a period of that side.',
      });
    if (side === undefined)
      throw refuse(
        'expected a period before or after the first run after began, got one that includes its beginning',
      );
    const named = given[side]
      .flatMap(({ nodes, readings }) => [
        ...(nodes.has(row.asset) ? [nodes.get(row.asset)?.named] : []),
        ...readings.asics.flatMap(({ name, watts }) => (name === row.asset ? [{ maxWatts: watts }] : [])),
      ])
      .at(-1);
    if (named === undefined)
      throw refuse(`asset: expected a machine of the runs ${side}, got \`${row.asset.slice(0, 80)}\``);
    requirePlausible(row, named, energy.file);
    split[side].push(row);
  }
  return split;
}

/** How a machine stands by the last run of its side that saw it. */
function describe(asset: SeenAsset, side: readonly JudgedRun[], energy: readonly EnergyRow[]): ConvertedSide {
  const last = asset.seen.at(-1);
  const judged = side.find(({ readings }) => readings === last?.run);
  const found = judged?.assets.find(({ node }) => node === last?.node.name);
  const own = judged?.nodes.get(last?.node.name ?? '');
  const names = new Set(asset.seen.map(({ node }) => node.name));
  const rows = energy.filter((row) => names.has(row.asset));
  const power = powerOf(own?.named, rows);
  return {
    node: asset.name,
    ...(last?.node.rack === undefined ? {} : { rack: last.node.rack }),
    ...(last?.node.slot === undefined ? {} : { slot: last.node.slot }),
    ...(last?.node.model === undefined ? {} : { model: last.node.model }),
    class: found?.class.id ?? 'unknown',
    letter: found?.verdict ?? 'U',
    ...(found?.family === undefined ? {} : { family: found.family }),
    reason: found?.reason ?? { say: 'no-purpose' },
    ...(power === undefined ? {} : { power }),
    ...(own?.restWatts === undefined ? {} : { restWatts: own.restWatts }),
    ...(rows.length === 0 || power === undefined ? {} : { energy: energyOf(rows, power.watts, asset) }),
    atWork: atWorkOf(own?.leftOf ?? []),
    ...(own?.cards === undefined || own.cards.length === 0 ? {} : { cards: countCards(own.cards) }),
  };
}

function countCards(cards: readonly Pick<Accelerator, 'model' | 'firmware'>[]): ConvertedSide['cards'] {
  const named = cards.map(({ model, firmware }) => ({
    model: valueOf(model) ?? 'unknown model',
    firmware: valueOf(firmware),
  }));
  return [...Map.groupBy(named, (card) => JSON.stringify([card.model, card.firmware])).values()].flatMap(
    (those) => {
      const [card] = those;
      if (card === undefined) return [];
      const { model, firmware } = card;
      return [{ model, ...(firmware === undefined ? {} : { firmware }), count: those.length }];
    },
  );
}

/** What was found stands, whatever could not be looked at; that nothing was found needs all of it. */
function atWorkOf(parts: readonly Fact<string[]>[]): ConvertedSide['atWork'] {
  const found = parts.flatMap((part) => valueOf(part) ?? []);
  const blind = parts.flatMap((part) => ('unknown' in part ? [part.unknown] : []));
  if (found.length > 0) return found;
  if (parts.length === 0) return { unknown: 'nothing is known of it' };
  return blind.length === 0 ? [] : { unknown: [...new Set(blind)].join('; ') };
}

function energyOf(
  rows: readonly EnergyRow[],
  watts: number,
  asset: SeenAsset,
): NonNullable<ConvertedSide['energy']> {
  const hashes = bestRate(asset, 'H/s');
  const flops = bestRate(asset, 'FLOP/s');
  return {
    joules: rows.reduce((sum, { joule }) => sum + joule, 0),
    seconds: rows.reduce((sum, { seconds }) => sum + seconds, 0),
    label: rows[0]?.label ?? 'nameplate',
    ...(hashes === undefined ? {} : { joulesPerHash: watts / hashes }),
    ...(flops === undefined ? {} : { joulesPerTeraFlop: (watts / flops) * 1e12 }),
  };
}

/** The highest rate in this unit that the machine was measured with: medians, those of its devices in one measurement added up. */
function bestRate({ seen }: SeenAsset, unit: 'H/s' | 'FLOP/s'): number | undefined {
  const rates = seen.flatMap(({ node }) => {
    const alike = Map.groupBy(
      node.series.filter((series) => series.unit === unit && series.origin !== 'embedded'),
      ({ metric, dimensions, tool, procedure }) => {
        const { gpu: _, device: __, accelerator: ___, ...others } = dimensions;
        return JSON.stringify([metric, others, tool, procedure]);
      },
    );
    return [...alike.values()].map((those) =>
      those.reduce((sum, { values }) => {
        const all = [...values.values()].flat();
        return all.length === 0 ? sum : sum + median(all);
      }, 0),
    );
  });
  const best = Math.max(0, ...rates);
  return best > 0 ? best : undefined;
}

function sideOf(
  runs: readonly JudgedRun[],
  assets: readonly ConvertedSide[],
  energy: readonly EnergyRow[],
): SideOf {
  const joules = energy.reduce((sum, { joule }) => sum + joule, 0);
  const inTime = runs.toSorted((a, b) => (a.readings.run.startedAt < b.readings.run.startedAt ? -1 : 1));
  const last = inTime.at(-1) as JudgedRun; // a side has a run
  return {
    profile: last.profile,
    fitFor: fitness(inTime.flatMap((run) => run.assets)),
    shares: [...sharesOf(assets)],
    unmetered: assets.filter(({ power }) => power === undefined).length,
    ...(joules === 0 ? {} : { joules }),
    tests: testsOf(runs),
  };
}

/** What a machine draws while it is tested lies below the most that it can: nobody measures it while it is. */
function testsOf(runs: readonly JudgedRun[]): SideOf['tests'] {
  const tested = runs.flatMap(({ nodes }) =>
    [...nodes.values()].filter(({ stepSeconds }) => stepSeconds > 0),
  );
  const unmetered = new Set(
    tested.filter(({ named }) => powerOf(named, []) === undefined).map(({ named }) => named.name),
  );
  return {
    seconds: tested.reduce((sum, { stepSeconds }) => sum + stepSeconds, 0),
    joulesAtMost: tested.reduce(
      (sum, { named, stepSeconds }) => sum + (powerOf(named, [])?.most ?? 0) * stepSeconds,
      0,
    ),
    unmetered: unmetered.size,
  };
}

/** Machines by name that conform, in the last run that saw them. */
function fitness(all: readonly AssetVerdict[]): SideOf['fitFor'] {
  const latest = [...new Map(all.map((asset) => [asset.node, asset])).values()];
  const profiles = [...new Set(latest.flatMap(({ ladder }) => ladder.map(({ profile }) => profile)))];
  return profiles.map((profile) => ({
    profile,
    machines: latest.filter(({ ladder }) =>
      ladder.some((rung) => rung.profile === profile && rung.conclusion === 'pass'),
    ).length,
  }));
}
