import * as z from 'zod';
import { Unit } from '../../workloads/kit/unit.ts';
import { FactValue, saying, whole } from './said-parts.ts';

const text = z.string();
const names = z.array(text);

const told = z.strictObject({ value: FactValue, unit: Unit.optional() });
const untold = z.strictObject({ unknown: text });

/** One setting beside the one that it should be like; `unknown` says why it is not known. */
const setting = z.union([untold, z.strictObject({ value: z.array(z.array(z.union([told, untold]))) })]);
export type SaidSetting = z.infer<typeof setting>;

const part = z.enum(['machine', 'accelerator', 'drive', 'nic', 'cpu', 'memory', 'psu', 'fan', 'transceiver']);
const amounts = z.strictObject({ least: whole, most: whole });

/** What is said of a manifest, and of how a node is set up. */
export const saidOfDeliveries = [
  saying('no-manifest', {}),
  saying('nothing-listed', { node: text, parts: z.array(text).optional() }),
  saying('parts-there', { count: whole }),
  saying('part-unknown', { part, serial: text, unknown: text }),
  saying('part-there', { part, serial: text }),
  saying('part-absent', { part, serial: text, instead: names }),
  saying('part-of-model', {
    part,
    serial: text,
    model: text,
    found: text.optional(),
    unknown: text.optional(),
  }),
  saying('parts-counted', { part, expected: whole, found: whole }),
  saying('models-unknown', { model: text, expected: amounts, unknown: text }),
  saying('parts-unknown', { part, expected: whole, unknown: text }),
  saying('models-counted', {
    model: text,
    expected: amounts,
    found: amounts,
    instead: z.array(z.strictObject({ model: text, count: whole })),
    off: z
      .discriminatedUnion('by', [
        z.strictObject({ by: z.literal('lacking'), count: whole }),
        z.strictObject({ by: z.literal('surplus'), count: whole }),
        z.strictObject({ by: z.literal('listed'), count: whole }),
        z.strictObject({ by: z.literal('blind'), count: whole, why: text.optional() }),
      ])
      .optional(),
  }),
  saying('stranger', { part, serial: text, model: text.optional(), owner: text.optional() }),
  saying('module-unknown', { serial: text }),
  saying('module-size', { model: text.optional() }),
  saying('memory-unknown', { unknown: text }),
  saying('memory-sum', {
    expected: whole,
    found: whole,
    off: z.enum(['surplus', 'kernel', 'lacking', 'within-module', 'within-kernel']),
  }),
  saying('no-golden', { known: whole }),
  saying('golden-unknown', { golden: text }),
  saying('not-comparable', { node: text, golden: text.optional() }),
  saying('settings-alike', { count: whole, golden: text.optional() }),
  saying('settings', {
    golden: text.optional(),
    of: z.array(
      z.strictObject({ path: text, expected: setting, found: setting, isDrift: z.boolean().optional() }),
    ),
  }),
] as const;
