import { AssayError } from '../../workloads/kit/assay-error.ts';
import type { HostFacts } from '../../workloads/kit/facts/host-facts.ts';
import { Suite } from '../config/suite.ts';
import { itemsOf } from '../evidence/identity.ts';
import type { LedgerEntry } from '../evidence/ledger-entry.ts';
import { shortItem } from '../evidence/ledger-entry.ts';
import { enter } from '../store/ledger.ts';
import type { RunDirectory } from '../store/run-directory.ts';
import { inputNames, runPaths } from '../store/run-directory.ts';
import type { CliContext } from './command.ts';

/** An attempt to measure, as the ledger of this user has it; where none is kept nothing is entered. */
export interface Attempt {
  readonly identify: (nodes: readonly { readonly facts: HostFacts }[]) => Promise<void>;
  /** Enters how it ended, once. */
  readonly end: (how: Pick<Extract<LedgerEntry, { type: 'end' }>, 'conclusion' | 'code'>) => Promise<void>;
}

/** Enters that a run begins, before anything is asked of a machine. Throws LEDGER_UNUSABLE. */
export async function beginAttempt(
  { environment, now, err }: CliContext,
  run: RunDirectory,
  isAgain: boolean,
): Promise<Attempt> {
  const { header, headDigest } = run;
  const suite = await run.readDocument(Suite, `${runPaths.inputs}/${inputNames.suite}`);
  const inventory = `${runPaths.inputs}/${inputNames.inventory}`;
  const add = (entry: object): Promise<void> =>
    enter(environment.stateHome, { at: now().toISOString(), run: header.id, ...entry } as LedgerEntry); // its callers are below
  await add({
    type: 'begin',
    header: headDigest,
    inventory: header.inputs.find(({ path }) => path === inventory)?.sha256 ?? '',
    profile: header.profile,
    suite: `${suite.id} ${suite.version}`,
    isAgain,
  });
  let hasEnded = false;
  return {
    identify: (nodes) => {
      const items = nodes.flatMap(({ facts }) => itemsOf(facts).map(shortItem));
      return add({ type: 'identity', items: [...new Set(items)].toSorted() });
    },
    end: async (how) => {
      if (hasEnded) return;
      hasEnded = true;
      // What was measured is there: that its end is not entered is said, and takes nothing from it.
      await add({ type: 'end', ...how }).catch((cause: unknown) => {
        const { code, message } = AssayError.from(cause);
        err.write(`✖ ${code} ${message}\n`);
      });
    },
  };
}
