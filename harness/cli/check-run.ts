import { cleanText } from '../../reports/text/clean-text.ts';
import type { Verdict } from '../../reports/verdict/verdict.ts';
import { conclusionWords } from '../../reports/verdict/words/verdict-words.ts';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import type { ExitCode } from '../../workloads/kit/error-code.ts';
import type { Registry } from '../../workloads/registry.ts';
import { witnessesIn } from '../evidence/trust-file.ts';
import type { CellDifference } from '../run/compare-verdicts.ts';
import type { Voided } from '../run/find-voided.ts';
import { findVoided } from '../run/find-voided.ts';
import { checkLedger, checkProof } from '../run/ledger-place.ts';
import type { Trust } from '../run/verify-run.ts';
import {
  findDifferences,
  judgeAgain,
  readIntact,
  readSignedFiles,
  requireInForce,
  requireTrusted,
  verifiedExitCode,
} from '../run/verify-run.ts';
import type { ReadLedger } from '../store/ledger.ts';
import type { ReportFolder } from '../store/report-folder.ts';
import type { RunDirectory } from '../store/run-directory.ts';
import { RunEvidence } from '../store/run-evidence.ts';
import { checkNights } from './check-nights.ts';
import { checkPages } from './check-pages.ts';
import type { CliContext } from './command.ts';

/** More differences are told by their number. */
const mostTold = 20;

/** Checks what was signed of a run step by step, tells each that holds, and throws at the first that does not. */
export async function checkRun(
  {
    out,
    now,
    environment,
    registry,
  }: Pick<CliContext, 'out' | 'now' | 'environment'> & { readonly registry: Registry },
  given: {
    readonly run: RunDirectory;
    readonly folder: ReportFolder;
    readonly profile: string;
    readonly trust: Trust;
    /** Of a bundle: what lies among its reports. */
    readonly packed?: readonly string[] | undefined;
    readonly recompute: boolean;
    /** A later run on the same machines. */
    readonly later?: RunDirectory | undefined;
    /** The index of nights that these machines are in. */
    readonly nights?: string | undefined;
    /** The ledger of the signer. */
    readonly ledger?: ReadLedger | undefined;
    /** That the run is in it, in a file of its own. */
    readonly proof?: string | undefined;
  },
): Promise<ExitCode> {
  const tell = (text: string): void => void out.write(`${cleanText(text)}\n`);
  const { run, folder, profile } = given;
  const files = await readSignedFiles(run, folder, profile);
  const { signed, manifest } = files;
  for (const { key, statement } of signed)
    tell(
      `● ${statement.predicate.result}, stated on ${statement.predicate.assay_issued} by ${key.fingerprint} (${key.algorithm})`,
    );
  tell(`● all ${manifest.files.length} files are as they were signed, and no other is there`);
  const again = given.recompute ? await judgeAgain(run, profile, registry) : undefined;
  const intact = await readIntact(files, folder, again);
  const { verdict } = intact;
  for await (const text of checkPages(run, folder, intact, given.packed ?? [])) tell(text);
  const trusted = requireTrusted(intact, given.trust);
  for (const { name, note } of trusted) tell(`● trusted: ${name}${note === undefined ? '' : `; ${note}`}`);
  for (const { by } of trusted) tell(`● ${checkLedger(by, run, given.ledger)}`);
  if (given.proof !== undefined) {
    const witnesses = given.trust.kind === 'file' ? witnessesIn(given.trust.keys, now()) : [];
    for (const { by } of trusted)
      for (const text of checkProof(by, given.proof, witnesses)) tell(`● ${text}`);
  }
  if (again !== undefined) {
    tellDifferences(findDifferences(intact, again), verdict, again.verdict, tell);
    if (given.later !== undefined) {
      const later = await RunEvidence.read(given.later, registry);
      tellVoided(findVoided(verdict, again.evidence, later), tell);
    }
    if (given.nights !== undefined)
      await checkNights(again.evidence, profile, given.nights, { environment, out });
  }
  for (const { by } of trusted) requireInForce(by, now());
  const { conclusion } = again?.verdict ?? verdict;
  const { predicate } = (trusted[0] ?? { by: signed[0] }).by?.statement ?? {};
  tell(
    predicate?.assay_expires === undefined
      ? '● in force: what did not pass has no end'
      : `● in force until ${predicate.assay_expires}, unless an event voids it`,
  );
  tell(
    `${conclusionWords[conclusion]}: ${predicate?.assay_title ?? profile}, tested ${verdict.run.startedAt}`,
  );
  tell('It attests what was recorded on the items named, and relates to these items only.');
  return verifiedExitCode(conclusion);
}

/** What happened since, and what it makes of the report. Throws NOT_IN_FORCE where a required cell says nothing any more. */
function tellVoided({ events, cells, unknown }: Voided, tell: (text: string) => void): void {
  for (const { node, event, what, before, after } of events.slice(0, mostTold))
    tell(`✖ ${node}: ${event.title}: ${what} was ${before} and is ${after}`);
  if (events.length > mostTold) tell(`✖ and ${events.length - mostTold} more`);
  const required = cells.filter(({ cell }) => cell.level === 'required');
  for (const { cell, by } of required.slice(0, mostTold)) tell(`  void: ${cell.id} (${by.event.id})`);
  if (required.length > mostTold) tell(`  void: and ${required.length - mostTold} more`);
  const hint = 'Measure again what is void.';
  if (required.length > 0)
    throw new AssayError(
      'NOT_IN_FORCE',
      `expected machines as they were tested, found that ${required.length} required cells are void`,
      { hint },
    );
  if (unknown.length > 0)
    throw new AssayError(
      'NOT_IN_FORCE',
      `expected to see each machine again, found nothing about ${unknown.slice(0, mostTold).join(', ')}`,
      { hint },
    );
  tell(`● as they were tested, by what the later run tells of them: ${cells.length} advisory cells are void`);
}

function tellDifferences(
  differences: readonly CellDifference[],
  issued: Verdict,
  again: Verdict,
  tell: (text: string) => void,
): void {
  const isSame = issued.assay === again.assay;
  if (differences.length === 0) {
    tell(`● judged again: all ${again.cells.length} cells come out the same`);
    return;
  }
  for (const { cell, issued: was, recomputed } of differences.slice(0, mostTold))
    tell(`✖ ${cell}: issued ${was}, recomputed ${recomputed}`);
  if (differences.length > mostTold) tell(`✖ and ${differences.length - mostTold} more`);
  if (!isSame) {
    tell(
      `○ recomputed by ${again.assay}: ${conclusionWords[again.conclusion]}; issued by ${issued.assay}: ${conclusionWords[issued.conclusion]}`,
    );
    return;
  }
  throw new AssayError(
    'NOT_REPRODUCED',
    `expected what was signed, found ${differences.length} differences after judging the same evidence again with the same version (${again.assay})`,
    { hint: 'The statement does not follow from its evidence.' },
  );
}
