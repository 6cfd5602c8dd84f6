import type { Verdict } from '../../reports/verdict/verdict.ts';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import { measureAndConclude } from './measure-and-conclude.ts';
import { loadOwnInventory } from './own-inventory.ts';
import { openRun } from './run-location.ts';

type Options = Parameters<typeof measureAndConclude>[0];

/** Adds what a repair touches to a run of this user, measures it, and judges the run anew. `told` is `NODE=PART`. */
export async function repairRun(
  given: string,
  told: string,
  options: Pick<Options, 'registry' | 'context' | 'mode' | 'json' | 'acceptsOccupied' | 'signer'>,
): Promise<Verdict> {
  const [, node, part] = /^([^=]+)=(.{1,100})$/.exec(told) ?? [];
  if (node === undefined || part === undefined)
    throw new AssayError('USAGE', `expected --repair NODE=PART, got \`${told.slice(0, 100)}\``, {
      hint: 'Write for example: assay certify --repair gpu027=GPU5 hall3',
    });
  const { context } = options;
  const run = await openRun(context.environment, given);
  const inventory = await loadOwnInventory(context, run, undefined);
  return measureAndConclude({ ...options, run, inventory, repair: { node, part } });
}
