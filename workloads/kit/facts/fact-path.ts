import * as z from 'zod';
import { perObject } from '../per-object.ts';
import { Unit } from '../unit.ts';

/** The keys on the way to a fact: `memory.totalBytes`; `<list>.length` counts a list. The one place that reads a path. */
export const readFactPath = (path: string): readonly string[] => path.split('.');

/** The unit of the fact at a path, as its schema declares it; absent for what has none. */
export function unitOfFact(root: z.core.$ZodType, path: string): Unit | undefined {
  const known = unitsIn(root);
  const unit = known.get(path) ?? findUnit(root, path) ?? 'none';
  known.set(path, unit);
  return unit === 'none' ? undefined : unit;
}

const unitsIn = perObject<z.core.$ZodType, Map<string, Unit | 'none'>>(() => new Map());

function findUnit(root: z.core.$ZodType, path: string): Unit | undefined {
  let current: z.core.$ZodType | undefined = root;
  for (const key of readFactPath(path)) current = current && schemaOf(current, key);
  return current && unitOf(current);
}

/** The schema of a part of facts; of a list, that of its items. */
export function schemaOf(parent: z.core.$ZodType, key: string): z.core.$ZodType | undefined {
  const within = withoutFact(parent);
  if (within instanceof z.ZodArray) return schemaOf(within.element, key);
  const shape: z.core.$ZodShape = within instanceof z.ZodObject ? within.shape : {};
  return Object.hasOwn(shape, key) ? shape[key] : undefined;
}

const units = new WeakMap<z.core.$ZodType, Unit | 'none'>();

/** The unit that a schema declares. */
export function unitOf(schema: z.core.$ZodType): Unit | undefined {
  let unit = units.get(schema);
  if (unit === undefined) {
    unit = Unit.safeParse(z.globalRegistry.get(withoutFact(schema))?.['unit']).data ?? 'none';
    units.set(schema, unit);
  }
  return unit === 'none' ? undefined : unit;
}

/** What a fact says when it is known. */
function withoutFact(schema: z.core.$ZodType): z.core.$ZodType {
  if (!(schema instanceof z.ZodUnion)) return schema;
  const [known] = schema.options;
  return (known instanceof z.ZodObject ? (known.shape as z.core.$ZodShape)['value'] : undefined) ?? schema;
}
