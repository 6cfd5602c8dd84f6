import type { Fact } from '../../../../workloads/kit/facts/fact.ts';
import { valueOf } from '../../../../workloads/kit/facts/fact.ts';
import type { ManifestPart } from '../../../config/manifest.ts';
import { countModel, demandFor } from './count-model.ts';
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

type Judged = Pick<ManifestFinding, 'found' | 'verdict' | 'reason'>;

/**
 * A finding for each serial, for the number of each model, for the number of all where rows name no model, and for
 * each device that the manifest does not know although it lists serials.
 */
export function compareParts(comparison: PartComparison): readonly ManifestFinding[] {
  const { part, rows, devices } = comparison;
  const models = listModels(rows);
  const judge = (
    expected: string,
    say: (all: readonly FoundDevice[]) => Judged,
    slot?: string,
  ): ManifestFinding => ({
    part,
    ...(slot === undefined ? {} : { slot }),
    expected,
    ...('value' in devices
      ? say(devices.value)
      : {
          found: 'not known',
          verdict: 'missing',
          reason: `expected ${expected}, not known: ${devices.unknown}`,
        }),
  });
  return [
    ...rows.flatMap((row) =>
      row.serial === undefined
        ? []
        : [judge(`${part} with serial ${row.serial}`, (all) => findSerial(row, rows, all), row.slot)],
    ),
    ...models.map((model) => {
      const demand = demandFor({ model, models }, rows, valueOf(devices) ?? []);
      return judge(demand.expected, (all) => countModel(demand, all));
    }),
    ...(rows.every(({ model }) => model !== undefined)
      ? []
      : [judge(`${sum(rows)} × ${part}`, (all) => countAll(part, sum(rows), sum(all)))]),
    ...findStrangers(comparison, models),
  ];
}

const sum = (all: readonly { readonly count: number }[]): number =>
  all.reduce((total, { count }) => total + count, 0);

/** Each model once, as the first row spells it. */
const listModels = (rows: readonly ManifestPart[]): readonly string[] => {
  const names = rows.flatMap(({ model }) => model ?? []);
  return names.filter((name, at) => names.findIndex((each) => plainModel(each) === plainModel(name)) === at);
};

function findSerial(row: ManifestPart, rows: readonly ManifestPart[], all: readonly FoundDevice[]): Judged {
  const { part, model, serial = '' } = row;
  const wanted = `expected ${part} with serial ${serial}`;
  const own = all.find((device) => valueOf(device.serial) === serial);
  if (own !== undefined) return judgeOwn(row, own);
  const candidates = all.filter(
    (device) => model === undefined || 'unknown' in device.model || matchModel(device, [model]) !== undefined,
  );
  const blind = candidates.flatMap((device) => ('unknown' in device.serial ? [device.serial.unknown] : []));
  if (blind[0] !== undefined) {
    return { found: 'not known', verdict: 'missing', reason: `${wanted}, not known: ${blind[0]}` };
  }
  const listed = new Set(rows.map((each) => each.serial));
  const others = candidates
    .flatMap((device) => valueOf(device.serial) ?? [])
    .filter((each) => !listed.has(each));
  const found =
    others.length === 0
      ? 'none in its place'
      : `serial ${others.slice(0, 3).join(', ')}${others.length > 3 ? ` and ${others.length - 3} more` : ''}`;
  return { found, verdict: 'fail', reason: `${wanted}, found ${found}` };
}

/** The device that has the serial of a row: it is the one that was meant only if it is of the model that the row names. */
function judgeOwn({ part, model, serial = '' }: ManifestPart, device: FoundDevice): Judged {
  const found = `serial ${serial}`;
  if (model === undefined || matchModel(device, [model]) !== undefined)
    return { found, verdict: 'pass', reason: `${part} with serial ${serial} is there` };
  const wanted = `expected ${part} with serial ${serial} to be ${model}`;
  return 'unknown' in device.model
    ? { found, verdict: 'missing', reason: `${wanted}, not known: ${device.model.unknown}` }
    : {
        found: `${found} (${device.model.value})`,
        verdict: 'fail',
        reason: `${wanted}, found ${device.model.value}`,
      };
}

function countAll(part: string, expected: number, count: number): Judged {
  const found = `${count} × ${part}`;
  const reason = `expected ${expected} × ${part}, found ${count}`;
  if (count === expected) return { found, verdict: 'pass', reason };
  const difference = count < expected ? `${expected - count} lacking` : `${count - expected} too many`;
  return { found, verdict: 'fail', reason: `${reason}: ${difference}` };
}

/** Devices that no row can mean. A row without a serial means every device of its model, or of any. */
function findStrangers(
  { part, rows, elsewhere, devices }: PartComparison,
  models: readonly string[],
): readonly ManifestFinding[] {
  const listed = new Set(rows.flatMap(({ serial }) => serial ?? []));
  const open = rows.filter(({ serial }) => serial === undefined);
  if (listed.size === 0 || open.some(({ model }) => model === undefined)) return [];
  const counted = new Set(open.map(({ model = '' }) => plainModel(model)));
  return (valueOf(devices) ?? []).flatMap((device): readonly ManifestFinding[] => {
    const serial = valueOf(device.serial);
    const model = matchModel(device, models);
    const mayBeCounted =
      'unknown' in device.model ? counted.size > 0 : model !== undefined && counted.has(plainModel(model));
    if (serial === undefined || listed.has(serial) || mayBeCounted) return [];
    const owner = elsewhere.find((row) => row.part === part && row.serial === serial);
    const where = owner === undefined ? 'not in the manifest' : `in the manifest for ${owner.node}`;
    return [
      {
        part,
        expected: 'no part that is not listed',
        found: `serial ${serial}`,
        verdict: 'fail',
        reason: `found ${part} with serial ${serial} (${valueOf(device.model) ?? 'of unknown model'}), which is ${where}`,
      },
    ];
  });
}
