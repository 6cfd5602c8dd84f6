import * as z from 'zod';
import type { Tree } from '../kit/facts/evidence.ts';
import { valueOf } from '../kit/facts/fact.ts';
import type { Drive } from '../kit/facts/host-facts.ts';
import { whyNoDrive } from '../kit/facts/local-file-systems.ts';
import { drivesFrom, readLsblk } from '../kit/facts/read-drives.ts';
import { outputOf, readJson } from '../kit/read-output.ts';
import type { Result } from '../kit/result.ts';
import { err, ok } from '../kit/result.ts';
import type { Dimensions } from '../kit/sample.ts';
import type { StepOutputs } from '../kit/tool.ts';
import { readControllers } from './read-controllers.ts';
import type { LayeredDrive } from './read-layers.ts';
import { readLayers } from './read-layers.ts';

// util-linux before 2.33 writes numbers as texts.
const Bytes = z.union([
  z.number(),
  z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number),
]);

const Findmnt = z.object({
  filesystems: z.array(
    z.object({ source: z.string(), fstype: z.string(), 'maj:min': z.string(), avail: Bytes.nullish() }),
  ),
});
type Mounted = z.infer<typeof Findmnt>['filesystems'][number];

/** What stood behind `{scratch}` while the step ran. `refusal` says why its numbers cannot be a drive's. */
export interface DriveTarget {
  readonly drive: Drive | undefined;
  /** Kernel names of the paths that its traffic takes. */
  readonly paths: readonly string[];
  readonly freeBytes: number | undefined;
  readonly dimensions: Dimensions;
  readonly refusal: string | undefined;
}

/** Reads the outputs of `planTarget`. What is missing there is a refusal, not an error: a number stays a number. */
export function readTarget(outputs: StepOutputs): DriveTarget {
  const mounted = readMount(outputs);
  if (!mounted.ok) return refuse(mounted.error);
  const { fstype, avail } = mounted.value;
  const dimensions = { fileSystem: fstype };
  const freeBytes = avail ?? undefined;
  const noDrive = whyNoDrive(fstype);
  if (noDrive !== undefined) return { ...none, freeBytes, dimensions, refusal: noDrive };
  const found = readDrive(outputs, mounted.value);
  if (!found.ok) return { ...none, freeBytes, dimensions, refusal: found.error };
  const { drive, through, paths } = found.value;
  const transport = valueOf(drive.transport);
  return {
    drive,
    paths,
    freeBytes,
    dimensions: {
      ...dimensions,
      ...(transport === undefined ? {} : { transport }),
      ...(through === undefined ? {} : { through }),
    },
    refusal: undefined,
  };
}

const none = { drive: undefined, paths: [] };

const refuse = (refusal: string): DriveTarget => ({
  ...none,
  freeBytes: undefined,
  dimensions: {},
  refusal,
});

function readMount(outputs: StepOutputs): Result<Mounted> {
  const output = outputOf(outputs, 'mount');
  if (!output.ok) return output;
  const read = readJson(Findmnt, output.value.stdout);
  // Several are mounts over each other: the last one is what the others are hidden by.
  const mounted = read.ok ? read.value.filesystems.at(-1) : undefined;
  return mounted === undefined ? err('findmnt does not say which file system was written to') : ok(mounted);
}

function readDrive(outputs: StepOutputs, mount: Mounted): Result<LayeredDrive> {
  const listed = outputOf(outputs, 'drives');
  if (!listed.ok) return listed;
  const rows = readLsblk(listed.value.stdout);
  if (rows === undefined) return err('lsblk: expected its JSON list of block devices');
  const sysfs = outputOf(outputs, 'sysfs');
  if (!sysfs.ok) return sysfs;
  // btrfs has device numbers of its own; the counters of the one device prove or refute it.
  const source = (mount.source.split('[', 1)[0] ?? '').replace(/^\/dev\/(mapper\/)?/, '');
  const row =
    rows.find((it) => it['maj:min'] === mount['maj:min']) ??
    rows.find((it) => mount.fstype === 'btrfs' && it.name === source);
  if (row === undefined)
    return err(`device ${mount['maj:min']} (${mount.source}) is not a block device that lsblk lists`);
  const tree = readTree(sysfs.value.stdout);
  const controllers = readControllers(outputs['controllers']?.stdout ?? '', tree);
  const drives = drivesFrom({ ...tree, ...controllers }, rows);
  const name = row.type === 'part' ? (row.pkname ?? '') : row.name;
  const drive = drives.find((it) => it.name === name);
  if (drive !== undefined) return ok({ drive, through: undefined, paths: [drive.name] });
  const layers = outputs['layers'] === undefined ? undefined : outputOf(outputs, 'layers');
  if (layers?.ok === false) return layers;
  const below =
    layers === undefined ? undefined : readLayers(readTree(layers.value.stdout), row, rows, drives);
  return below ?? err(`${row.name} (${row.type ?? 'unknown type'}) is not one drive or a partition of one`);
}

/** `path:text` lines. A text never holds a line break here, a path never a colon after the PCI address part. */
function readTree(text: string): Tree {
  return Object.fromEntries(
    text.split('\n').flatMap((line): [string, string][] => {
      const [, path, value] = /^(\/sys\/(?:block|devices\/virtual\/block)\/[^:]+):(.*)$/.exec(line) ?? [];
      return path === undefined || value === undefined ? [] : [[path, value]];
    }),
  );
}
