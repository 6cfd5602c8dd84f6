import * as z from 'zod';
import { Counts } from '../../reports/verdict/cell.ts';
import { ProfileId } from '../../workloads/kit/names.ts';
import { Digest } from './manifest.ts';

/** https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md, and predicates/test-result.md. */
export const statementType = 'https://in-toto.io/Statement/v1';
export const predicateType = 'https://in-toto.io/attestation/test-result/v0.1';

const Described = z.strictObject({ name: z.string(), digest: z.strictObject({ sha256: Digest }) });
export type Described = z.infer<typeof Described>;

export const TestResult = z.enum(['PASSED', 'WARNED', 'FAILED']);
export type TestResult = z.infer<typeof TestResult>;

const tests = z.array(z.string().max(1000)).max(100_000);

/** An attempt to measure one of these things, as the ledger of whoever signs has it. */
export const LedgerAttempt = z.strictObject({
  index: z.number().int().nonnegative(),
  run: z.string(),
  at: z.iso.datetime(),
  suite: z.string(),
  profile: z.string(),
  /** How it ended by the ledger; `no end`: it never said. */
  end: z.string().max(200),
});
export type LedgerAttempt = z.infer<typeof LedgerAttempt>;

/** Where the run stands in the ledger of whoever signs. */
export const LedgerPlace = z.strictObject({
  /** The entry with which the run began. */
  begin: z.number().int().nonnegative(),
  /** The ledger as it was when this was signed: origin, size, root, signed by its own key. */
  checkpoint: z.string().max(4000),
  /** Public key of the ledger, PEM. */
  key: z.string().max(1000),
  /** The entry itself, and the hashes by which it is found in the root. */
  entry: z.string().max(1_000_000),
  proof: z.array(z.string().regex(/^[A-Za-z0-9+/]{43}=$/)).max(64),
});
export type LedgerPlace = z.infer<typeof LedgerPlace>;

export const Statement = z.strictObject({
  _type: z.literal(statementType),
  /** The manifest first, then one identity document for each node. */
  subject: z.array(Described).min(1).max(20_000),
  predicateType: z.literal(predicateType),
  predicate: z.strictObject({
    result: TestResult,
    /** What was promised, and by which rules it was judged. */
    configuration: z.array(Described),
    passedTests: tests,
    warnedTests: tests,
    /** Also what is missing, invalid or inconclusive: only what was shown has passed. */
    failedTests: tests,
    assay_schemaVersion: z.literal(1),
    assay_run: z.string(),
    assay_node: z.string().optional(),
    assay_profile: ProfileId,
    assay_title: z.string(),
    assay_kind: z.enum(['screening report', 'test report']),
    assay_conclusion: z.enum(['pass', 'fail', 'undecided', 'unreached']),
    /** The versions that measured and that judged. */
    assay_measuredBy: z.string(),
    assay_judgedBy: z.string(),
    assay_testedAt: z.iso.datetime(),
    /** The stamp of whoever signs. */
    assay_issued: z.iso.datetime(),
    /** The end of what PASSED or WARNED says; nothing else has one. */
    assay_expires: z.iso.datetime().optional(),
    assay_counts: z.strictObject({ required: Counts, advisory: Counts }),
    /** What tests that did not pass came to, where they did not simply fail. */
    assay_states: z.record(
      z.string(),
      z.enum(['invalid', 'missing', 'inconclusive', 'undecided', 'unreached']),
    ),
    /** Statements on the nodes of a block, by the digest of their payload. */
    assay_nodes: z
      .array(z.strictObject({ node: z.string(), result: TestResult, sha256: Digest }))
      .max(20_000)
      .optional(),
    assay_waivers: z
      .array(
        z.strictObject({
          requirement: z.string(),
          subject: z.string(),
          reason: z.string(),
          by: z.string(),
          expires: z.iso.date(),
        }),
      )
      .optional(),
    assay_ledger: LedgerPlace.optional(),
    /** All that was tried with these things since they last passed; absent: no ledger is kept. */
    assay_attempts: z.array(LedgerAttempt).max(10_000).optional(),
  }),
});
export type Statement = z.infer<typeof Statement>;
