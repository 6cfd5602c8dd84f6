import * as z from 'zod';
import { Cell } from './cell.ts';
import { date, EventOfNights } from './nights.ts';

const whole = z.number().int().nonnegative();
const digest = z.string().regex(/^[0-9a-f]{64}$/);

/** A number of the contract, in the words that stand there. */
const Clause = z.strictObject({
  requirement: z.string(),
  expected: z.string(),
  where: z.string().optional(),
  says: z.string(),
});

/** A cell of a run that is about a clause and about this machine, judged again by this contract. */
const ClauseCell = z.strictObject({
  cell: z.string(),
  title: z.string(),
  verdict: Cell.shape.verdict,
  /** The clause whose number decided, from 1; absent where another limit did, or nothing was there to decide. */
  clause: z.number().int().positive().optional(),
  /** The contract lets go of it. */
  waived: z.boolean(),
  reason: z.string(),
  limit: Cell.shape.limit,
  observed: Cell.shape.observed,
});

const ListedFile = z.strictObject({ path: z.string(), bytes: whole, sha256: digest });

/** A run that the machine was in. */
const ClaimRun = z.strictObject({
  run: z.string(),
  night: date,
  startedAt: z.iso.datetime(),
  suite: z.string(),
  profile: z.string(),
  /** What the machine was called in it. */
  node: z.string(),
  /** `measured`, or why not. */
  state: z.string(),
  /** It may support a claim: its evidence is here and whole, is of this machine, and its begin stands in the ledger. */
  counts: z.boolean(),
  /** Why it supports nothing. */
  why: z.string().optional(),
  /** The entry of the ledger with which it began, and how it ended by the ledger. */
  ledger: z.strictObject({ entry: whole, end: z.string() }).optional(),
  /** Which contract it was begun with. */
  begunWith: z.enum(['this contract', 'another contract', 'no contract']).optional(),
  /** Digest of the profile by which it is judged, as it stands among its inputs. */
  rules: digest.optional(),
  /** All of its evidence together: the digest is that of what `sha256sum` prints of its files, by their paths (docs/evidence.md). */
  evidence: z.strictObject({ files: whole, bytes: whole, sha256: digest }).optional(),
  /** Its header, and what was concluded or signed of it, where that lies beside it. */
  documents: z.array(ListedFile),
  cells: z.array(ClauseCell),
});

const Attempt = z.strictObject({
  entry: whole,
  run: z.string(),
  at: z.iso.datetime(),
  suite: z.string(),
  profile: z.string(),
  end: z.string(),
});

const Repair = z.discriminatedUnion('source', [
  z.strictObject({ source: z.literal('run'), at: z.iso.datetime(), run: z.string(), part: z.string() }),
  z.strictObject({
    source: z.literal('event'),
    at: z.iso.datetime(),
    event: z.string(),
    by: z.string(),
    note: z.string(),
  }),
]);

/** What a customer claims with, for one machine, one contract and one window of nights (`assay claim`). */
export const Claim = z.strictObject({
  schema: z.literal('assay/claim'),
  schemaVersion: z.literal(1),
  /** When it was made, and by which version. */
  at: z.iso.datetime(),
  assay: z.string(),
  /** Serial number, UUID, or else its name; and what it was called. */
  machine: z.strictObject({ id: z.string(), names: z.array(z.string()) }),
  /** Nights, both included, as dates at the site. */
  window: z.strictObject({ from: date, to: date, zone: z.string(), nights: whole }),
  contract: z.strictObject({
    id: z.string(),
    title: z.string(),
    by: z.string(),
    date: z.iso.date(),
    profile: z.string(),
    class: z.string(),
    /** Of the file as it was given. */
    sha256: digest,
    clauses: z.array(Clause),
  }),
  /** By when a breach has to be claimed; absent where the contract does not say, or none is shown. */
  deadline: z
    .strictObject({
      withinDays: z.number().int().positive(),
      /** The next one that is not over, else the last. */
      claimBy: date,
      state: z.enum(['open', 'closes within 72 hours', 'over']),
    })
    .optional(),
  /** Clauses that are not met, by runs that count. */
  breaches: z.array(
    z.strictObject({
      run: z.string(),
      night: date,
      cell: z.string(),
      clause: z.number().int().positive(),
      claimBy: date.optional(),
    }),
  ),
  /** How many nights of the window there are of each kind. */
  coverage: z.strictObject({ measured: whole, unmeasured: whole, withoutRun: whole }),
  /** Oldest first. */
  runs: z.array(ClaimRun),
  /** Nights without any run of the machine, one after the other. */
  gaps: z.array(z.strictObject({ from: date, to: date, nights: whole })),
  events: z.array(EventOfNights),
  repairs: z.array(Repair),
  /** Runs of the ledger in this window that found a part of this machine and are not in the index. */
  attempts: z.array(Attempt),
  /** Numbers that the site brought along: nobody vouches for them, and they support nothing. */
  imported: z.array(
    z.strictObject({
      series: z.string(),
      unit: z.string(),
      nights: z.array(z.strictObject({ night: date, value: z.number() })),
    }),
  ),
  ledger: z.strictObject({ origin: z.string(), size: whole, key: z.string(), checkpoint: z.string() }),
  /** What nobody may read into it. */
  notShown: z.array(z.string()),
  conclusion: z.enum(['a breach is shown', 'no breach is shown', 'cannot be decided']),
  exitCode: z.union([z.literal(0), z.literal(1), z.literal(2)]),
});
export type Claim = z.infer<typeof Claim>;
export type ClaimRun = z.infer<typeof ClaimRun>;
export type ClauseCell = z.infer<typeof ClauseCell>;
