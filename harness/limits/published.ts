import * as z from 'zod';
import { LimitSource } from '../../workloads/kit/limit.ts';
import { Dimensions } from '../../workloads/kit/sample.ts';
import { readConfig } from '../config/read-config.ts';
import type { Source } from '../config/read-yaml.ts';
import { Aside } from './reasons.ts';

const Id = z.string().regex(/^[a-z0-9][a-z0-9-]*$/);
const value = z.number().nonnegative().optional();

/** What one source says about one quantity of some classes, in its own words and unit. */
export const Row = z.strictObject({
  for: z.array(Id).min(1),
  quantity: Id,
  unit: z.string().min(1),
  /** The most that the part can do, by its maker or by arithmetic. */
  peak: value,
  /** What healthy hardware did. */
  expected: value,
  /** The floor that the source applies. */
  min: value,
  /** The floor is this share of `expected`, says the source. */
  share: z.number().positive().max(1).optional(),
  /** The source flags what is faster as well; only the floor is taken. */
  tolerance: z.literal('both').optional(),
  /** An example, or a miss only warns: it is shown and never decides. */
  advisory: z.literal(true).optional(),
  /** The value that the name of the check says. */
  named: z.number().positive().optional(),
  /** Dimensions of a measurement that the value is for. */
  where: Dimensions.default({}),
  /** The procedure: values by the same one can be compared. */
  by: Id.optional(),
  from: Id,
  at: z.string().min(1),
  aside: Aside.optional(),
  /** The limit that a person has written from this row. */
  held: z.string().optional(),
  note: z.string().min(1).optional(),
});
export type Row = z.infer<typeof Row>;

export const LimitClass = z.strictObject({
  id: Id,
  kind: z.enum(['accelerator', 'node', 'processor', 'rail', 'drive']),
  title: z.string().min(1),
  /** Names of the part, by its PCI id. */
  models: z.array(z.string()).min(1).optional(),
  /** Of a node: how many of which accelerator, and whether its switches add up themselves. */
  of: Id.optional(),
  count: z.number().int().positive().optional(),
  nvls: z.boolean().optional(),
});
export type LimitClass = z.infer<typeof LimitClass>;

const Origin = LimitSource.omit({ says: true }).extend({ locator: z.string() });
export type Origin = z.infer<typeof Origin>;

const RowFile = z.strictObject({
  schema: z.literal('assay/published'),
  schemaVersion: z.literal(1),
  rows: z.array(Row),
});
const ClassFile = z.strictObject({
  schema: z.literal('assay/limit-classes'),
  schemaVersion: z.literal(1),
  classes: z.array(LimitClass),
});
const SourceFile = z.strictObject({
  schema: z.literal('assay/sources'),
  schemaVersion: z.literal(1),
  sources: z.record(Id, Origin),
});

/** Everything that is published, as far as it was read. */
export interface Published {
  readonly rows: readonly Row[];
  readonly classes: readonly LimitClass[];
  readonly sources: Readonly<Record<string, Origin>>;
}

/** The published rows from the texts of their folder. Throws LIMIT_REFUSED for a class or source that nothing declares. */
export function readPublished(files: readonly Source[]): Published {
  const named = (name: string): Source => {
    const file = files.find((each) => each.file.endsWith(`/${name}`));
    if (file === undefined) throw new TypeError(`expected ${name} among the published files`);
    return file;
  };
  const { classes } = readConfig(ClassFile, named('classes.yaml'), 'LIMIT_REFUSED');
  const { sources } = readConfig(SourceFile, named('sources.yaml'), 'LIMIT_REFUSED');
  const others = files.filter((file) => !/\/(classes|sources)\.yaml$/.test(file.file));
  const rows = others.flatMap((file) => readConfig(RowFile, file, 'LIMIT_REFUSED').rows);
  return { rows, classes, sources };
}
