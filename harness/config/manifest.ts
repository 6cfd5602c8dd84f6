import * as z from 'zod';
import { manifestParts } from '../../workloads/kit/requirement.ts';

/** The columns of a manifest. */
export const manifestColumns = ['node', 'part', 'slot', 'model', 'serial', 'count'] as const;

/** Parts of one kind in one node; with a serial, the one that carries it. */
export const ManifestPart = z
  .strictObject({
    node: z.string().min(1),
    part: z.enum(manifestParts),
    /** Where the supplier says that it sits: for people, never compared. */
    slot: z.string().min(1).optional(),
    /** As Assay shows it; for memory the size of one module, `64 GiB`. */
    model: z.string().min(1).optional(),
    serial: z.string().min(1).optional(),
    count: z.number().int().positive(),
  })
  .refine(({ serial, count }) => serial === undefined || count === 1, {
    path: ['count'],
    message: '1 in a row with a serial',
  });
export type ManifestPart = z.infer<typeof ManifestPart>;

/** What the supplier says was delivered, as it is kept in a run's `inputs/`. People write it as CSV. */
export const Manifest = z.strictObject({
  schema: z.literal('assay/manifest'),
  schemaVersion: z.literal(1),
  parts: z.array(ManifestPart).min(1),
});
export type Manifest = z.infer<typeof Manifest>;
