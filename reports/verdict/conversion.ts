import * as z from 'zod';
import { AsicAnswer } from './asic-answer.ts';
import { ComparedAsset, Comparison } from './comparison.ts';
import { Said } from './said.ts';
import { AssetVerdict, Family } from './verdict.ts';

const letter = AssetVerdict.shape.verdict;
export type Letter = z.infer<typeof letter>;

/** How a power is known: read by a meter, told by a management controller or by a device's own firmware, or written on it. */
export const PowerLabel = z.enum(['measured', 'BMC', 'firmware', 'nameplate']);
export type PowerLabel = z.infer<typeof PowerLabel>;

const Power = z.strictObject({
  watts: z.number().positive(),
  label: PowerLabel,
  /** What it can be at least and at most: what is written on a device is right to a fifth. */
  least: z.number().positive(),
  most: z.number().positive(),
  /** Where it comes from. */
  source: z.enum(['energy-file', 'mining-watts', 'max-watts', 'psu-watts', 'asic-watts']),
});
export type Power = z.infer<typeof Power>;

/** Energy of one asset over a period, and what it did with it. */
const Energy = z.strictObject({
  joules: z.number().positive(),
  seconds: z.number().positive(),
  label: PowerLabel,
  /** Of the best rate that the runs of that side measured on it: W / (H/s) and W / (10^12 FLOP/s). */
  joulesPerHash: z.number().positive().optional(),
  joulesPerTeraFlop: z.number().positive().optional(),
});

/** A machine on one side: what it is fit for and what it draws. */
const ConvertedSide = z.strictObject({
  node: z.string(),
  rack: z.string().optional(),
  slot: z.string().optional(),
  model: z.string().optional(),
  class: z.string(),
  letter,
  family: Family.optional(),
  reason: Said,
  /** Absent: nobody says. */
  power: Power.optional(),
  /** What its management controller said that it drew at rest, in W: in no share, since at work it is more. Absent: it did not say. */
  restWatts: z.number().positive().optional(),
  energy: Energy.optional(),
  /** Who was found at work on it: miners, processes on accelerators; `unknown` says why it could not be seen. */
  atWork: z.union([z.array(z.string()), z.strictObject({ unknown: z.string() })]),
  /** Its cards by model and by the version of their firmware (VBIOS) that they say; absent version: none was told. */
  cards: z
    .array(
      z.strictObject({
        model: z.string(),
        firmware: z.string().optional(),
        count: z.number().int().positive(),
      }),
    )
    .optional(),
  /** Of an ASIC: what its own firmware said of it. */
  told: AsicAnswer.optional(),
});
export type ConvertedSide = z.infer<typeof ConvertedSide>;

const Share = z.strictObject({
  letter,
  assets: z.number().int().nonnegative(),
  /** Machines of this letter of which no power is known: they are in no sum. */
  unmetered: z.number().int().nonnegative(),
  watts: z.number().nonnegative(),
  /** Of all watts that are known, with the least and the most that it can be. */
  share: z.number().min(0).max(1),
  least: z.number().min(0).max(1),
  most: z.number().min(0).max(1),
});
export type Share = z.infer<typeof Share>;

const SideOf = z.strictObject({
  profile: z.strictObject({ id: z.string(), version: z.string(), title: z.string() }),
  /** How many machines conform to each purpose, best first. */
  fitFor: z.array(z.strictObject({ profile: z.string(), machines: z.number().int().nonnegative() })),
  shares: z.array(Share),
  /** Machines of which no power is known. */
  unmetered: z.number().int().nonnegative(),
  /** Joules that the energy file has for this side, if it has any. */
  joules: z.number().positive().optional(),
  /**
   * What the tests themselves took at most: the time of all steps of a machine, at the most that it can draw by what the inventory
   * says. `unmetered`: of so many machines that had steps it says nothing.
   */
  tests: z.strictObject({
    seconds: z.number().nonnegative(),
    joulesAtMost: z.number().nonnegative(),
    unmetered: z.number().int().nonnegative(),
  }),
});
export type SideOf = z.infer<typeof SideOf>;

/** What a hall was fit for and what it is fit for now (`assay conversion`). */
export const Conversion = z.strictObject({
  schema: z.literal('assay/conversion'),
  schemaVersion: z.literal(1),
  assay: z.string(),
  before: SideOf,
  after: SideOf,
  assets: z.array(
    ComparedAsset.pick({ how: true, change: true }).extend({
      before: ConvertedSide.optional(),
      after: ConvertedSide.optional(),
    }),
  ),
  /** What changed on machines that both sides have. */
  comparison: Comparison,
});
export type Conversion = z.infer<typeof Conversion>;
