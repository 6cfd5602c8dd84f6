import * as z from 'zod';
import { Dimensions } from '../../workloads/kit/sample.ts';

/** A number with its unit, decimal prefixes only: `2.9 TB/s`. */
const Amount = z.string().regex(/^\d+(\.\d+)?( \S+)?$/, { error: 'a number and its unit, as in `2.9 TB/s`' });

const Stated = z
  .strictObject({
    /** A requirement of the profile that is held against a metric. */
    requirement: z.string(),
    /** Which samples it is about, beside what the requirement itself says. */
    where: Dimensions.optional(),
    atLeast: Amount.optional(),
    atMost: Amount.optional(),
    /** The words of the contract, or where they stand. */
    says: z.string().min(1),
  })
  .refine(({ atLeast, atMost }) => (atLeast === undefined) !== (atMost === undefined), {
    error: 'exactly one of atLeast, atMost',
  });
export type Stated = z.infer<typeof Stated>;

const Waiver = z.strictObject({
  requirement: z.string(),
  /** As a report names it, a device also by its serial number or address: `node7`, `node7/S64GNE0R1234`. */
  subject: z.string().min(1),
  reason: z.string().min(1),
  by: z.string().min(1),
  /** The last day on which it holds. */
  expires: z.iso.date(),
});

/**
 * What a customer states for one purpose and one class of machine (`--contract FILE`, docs/contract.md): numbers that nobody
 * publishes, or others than the published ones, and what is let go of.
 */
export const Contract = z.strictObject({
  schema: z.literal('assay/contract'),
  schemaVersion: z.literal(1),
  id: z.string().regex(/^[a-z0-9][a-z0-9-]*$/),
  title: z.string().min(1),
  by: z.string().min(1),
  date: z.iso.date(),
  profile: z.string(),
  class: z.string(),
  limits: z.array(Stated).default([]),
  waivers: z.array(Waiver).default([]),
  /** So many of its nodes are enough, and all of these together for what nodes do together. */
  quota: z.strictObject({ atLeast: z.number().int().positive(), of: z.number().int().positive() }).optional(),
  /** So many days after the night that shows a breach it has to be claimed (`assay claim`). */
  claims: z.strictObject({ withinDays: z.number().int().positive().max(3650) }).optional(),
});
export type Contract = z.infer<typeof Contract>;
