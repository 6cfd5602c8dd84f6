import type { Said } from '../../../../reports/verdict/said.ts';
import type { Fact } from '../../../../workloads/kit/facts/fact.ts';
import { valueOf } from '../../../../workloads/kit/facts/fact.ts';
import type { ManifestPart } from '../../../config/manifest.ts';
import { countModel, demandFor } from './count-model.ts';
import { isLabelled, labelsOf } from './label-of.ts';
import type { FoundDevice } from './manifest-devices.ts';
import type { ManifestFinding } from './manifest-finding.ts';
import { matchModel, plainModel } from './match-model.ts';

/** The rows about one kind of part in one node, those about other nodes, and what was found. */
export interface PartComparison {
  readonly part: ManifestPart['part'];
  readonly rows: readonly ManifestPart[];
  readonly elsewhere: readonly ManifestPart[];
  readonly devices: Fact<readonly FoundDevice[]>;
}

/**
 * A finding for each serial, for the number of each model, for the number of all where rows name no model, and for
 * each device that the manifest does not know although it lists serials.
 */
export function compareParts(comparison: PartComparison): readonly ManifestFinding[] {
  const { part, rows, devices } = comparison;
  const models = listModels(rows);
  const expected = sum(rows);
  const all = valueOf(devices) ?? [];
  const unless = (blind: (unknown: string) => Said, look: () => ManifestFinding): ManifestFinding =>
    'unknown' in devices ? { verdict: 'missing', reason: blind(devices.unknown) } : look();
  return [
    ...rows.flatMap((row) => {
      const { serial } = row;
      if (serial === undefined) return [];
      return [
        unless(
          (unknown) => ({ say: 'part-unknown', part, serial, unknown }),
          () => findSerial({ ...row, serial }, rows, all),
        ),
      ];
    }),
    ...models.map((model) => {
      const demand = demandFor({ model, models }, rows, all);
      return unless(
        (unknown) => ({ say: 'models-unknown', model, expected: demand.expected, unknown }),
        () => countModel(demand, all),
      );
    }),
    ...(rows.every(({ model }) => model !== undefined)
      ? []
      : [
          unless(
            (unknown) => ({ say: 'parts-unknown', part, expected, unknown }),
            () => ({
              verdict: verdictOfSum(part, expected, sum(all)),
              reason: { say: 'parts-counted', part, expected, found: sum(all) },
            }),
          ),
        ]),
    ...findStrangers(comparison, models),
  ];
}

/** Ports of the board are network cards to the host and in no supplier's list. */
function verdictOfSum(
  part: ManifestPart['part'],
  expected: number,
  found: number,
): ManifestFinding['verdict'] {
  if (found === expected) return 'pass';
  return part === 'nic' && found > expected ? 'missing' : 'fail';
}

const sum = (all: readonly { readonly count: number }[]): number =>
  all.reduce((total, { count }) => total + count, 0);

/** Each model once, as the first row spells it. */
const listModels = (rows: readonly ManifestPart[]): readonly string[] => {
  const names = rows.flatMap(({ model }) => model ?? []);
  return names.filter((name, at) => names.findIndex((each) => plainModel(each) === plainModel(name)) === at);
};

type Serial = ManifestPart & { readonly serial: string };

function findSerial(
  row: Serial,
  rows: readonly ManifestPart[],
  all: readonly FoundDevice[],
): ManifestFinding {
  const { part, model, serial } = row;
  const own = all.find((device) => isLabelled(device, serial));
  if (own !== undefined) return judgeOwn(row, own);
  const candidates = all.filter(
    (device) => model === undefined || 'unknown' in device.model || matchModel(device, [model]) !== undefined,
  );
  const labels = candidates.map((device) => labelsOf(device, serial));
  const blind = labels.flatMap((label) => ('unknown' in label ? [label.unknown] : []));
  if (blind[0] !== undefined)
    return { verdict: 'missing', reason: { say: 'part-unknown', part, serial, unknown: blind[0] } };
  const instead = candidates.flatMap((device) =>
    rows.some((row) => row.serial !== undefined && isLabelled(device, row.serial))
      ? []
      : (valueOf(labelsOf(device, serial)) ?? []),
  );
  return { verdict: 'fail', reason: { say: 'part-absent', part, serial, instead } };
}

/** The device that has the serial of a row: it is the one that was meant only if it is of the model that the row names. */
function judgeOwn({ part, model, serial }: Serial, device: FoundDevice): ManifestFinding {
  if (model === undefined || matchModel(device, [model]) !== undefined)
    return { verdict: 'pass', reason: { say: 'part-there', part, serial } };
  const said = { say: 'part-of-model', part, serial, model } as const;
  return 'unknown' in device.model
    ? { verdict: 'missing', reason: { ...said, unknown: device.model.unknown } }
    : { verdict: 'fail', reason: { ...said, found: device.model.value } };
}

/** Devices that no row can mean. A row without a serial means every device of its model, or of any. */
function findStrangers(
  { part, rows, elsewhere, devices }: PartComparison,
  models: readonly string[],
): readonly ManifestFinding[] {
  const listed = rows.flatMap(({ serial }) => serial ?? []);
  const open = rows.filter(({ serial }) => serial === undefined);
  if (listed.length === 0 || open.some(({ model }) => model === undefined)) return [];
  const counted = new Set(open.map(({ model = '' }) => plainModel(model)));
  return (valueOf(devices) ?? []).flatMap((device): readonly ManifestFinding[] => {
    const serial = valueOf(device.serial);
    const model = matchModel(device, models);
    const mayBeCounted =
      'unknown' in device.model ? counted.size > 0 : model !== undefined && counted.has(plainModel(model));
    if (serial === undefined || listed.some((each) => isLabelled(device, each)) || mayBeCounted) return [];
    // A port of the board, of a model that was not delivered as a card.
    if (part === 'nic' && model === undefined && models.length > 0) return [];
    const owner = elsewhere.find((row) => row.part === part && row.serial === serial)?.node;
    const reason: Said = { say: 'stranger', part, serial, model: valueOf(device.model), owner };
    return [{ verdict: 'fail', reason }];
  });
}
