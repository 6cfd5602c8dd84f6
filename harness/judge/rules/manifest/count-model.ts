import type { Said } from '../../../../reports/verdict/said.ts';
import { valueOf } from '../../../../workloads/kit/facts/fact.ts';
import type { ManifestPart } from '../../../config/manifest.ts';
import { isLabelled } from './label-of.ts';
import type { FoundDevice } from './manifest-devices.ts';
import type { ManifestFinding } from './manifest-finding.ts';
import { isBlind, matchModel, plainModel } from './match-model.ts';

/** One model of a manifest among all of its kind. */
interface Listed {
  readonly model: string;
  readonly models: readonly string[];
}

interface Amount {
  readonly least: number;
  readonly most: number;
}

/** How many of a model the rows demand, and how many more they may: those whose serial was not found. */
export interface Demand extends Listed {
  readonly least: number;
  readonly most: number;
  readonly unclear: number;
  readonly expected: Amount;
}

const sum = (all: readonly { readonly count: number }[]): number =>
  all.reduce((total, { count }) => total + count, 0);

/** Rows that name no model mean any; with a serial, the one that the device with it is of. */
export function demandFor(
  { model, models }: Listed,
  rows: readonly ManifestPart[],
  all: readonly FoundDevice[],
): Demand {
  const own = sum(
    rows.filter((row) => row.model !== undefined && plainModel(row.model) === plainModel(model)),
  );
  const open = rows.filter((row) => row.model === undefined);
  const bySerial = open
    .filter(({ serial }) => serial !== undefined)
    .map(({ serial = '' }) => all.find((device) => isLabelled(device, serial)));
  const clear = bySerial.filter(
    (device) => device !== undefined && ('value' in device.model || matchModel(device, models) !== undefined),
  );
  const least = own + clear.filter((device) => device && matchModel(device, models) === model).length;
  const most = least + sum(open) - bySerial.length;
  const unclear = bySerial.length - clear.length;
  return { model, models, least, most, unclear, expected: { least, most: most + unclear } };
}

/** It passes when every number that may have been found is one that is meant, and fails when none can be. */
export function countModel(
  { model, models, least, most, unclear, expected }: Demand,
  all: readonly FoundDevice[],
): ManifestFinding {
  const certain = sum(all.filter((device) => matchModel(device, models) === model));
  const blind = all.filter((device) => isBlind(device, models));
  const possible = certain + sum(blind);
  const says = (
    verdict: ManifestFinding['verdict'],
    off?: Extract<Said, { readonly say: 'models-counted' }>['off'],
  ): ManifestFinding => ({
    verdict,
    reason: {
      say: 'models-counted',
      model,
      expected: { ...expected },
      found: { least: certain, most: possible },
      instead: possible === 0 ? countOthers(all) : [],
      ...(off === undefined ? {} : { off }),
    },
  });
  if (possible < least) return says('fail', { by: 'lacking', count: least - possible });
  if (certain > most + unclear) return says('fail', { by: 'surplus', count: certain - most - unclear });
  if (unclear > 0) return says('missing', { by: 'listed', count: unclear });
  if (certain >= least && possible <= most) return says('pass');
  const why = blind.flatMap((device) => ('unknown' in device.model ? [device.model.unknown] : []))[0];
  return says('missing', { by: 'blind', count: sum(blind), why });
}

/** What is there instead: whoever spelled a model differently needs to see how Assay spells it. */
function countOthers(all: readonly FoundDevice[]): { model: string; count: number }[] {
  const counts = new Map<string, number>();
  for (const { model, also = [], count } of all) {
    const name = valueOf(model) ?? also[0];
    if (name !== undefined) counts.set(name, (counts.get(name) ?? 0) + count);
  }
  return [...counts].slice(0, 5).map(([model, count]) => ({ model, count }));
}
