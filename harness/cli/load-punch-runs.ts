import { AssayError } from '../../workloads/kit/assay-error.ts';
import type { Registry } from '../../workloads/registry.ts';
import type { PunchRun } from '../compare/punch-run.ts';
import { punchRunOf } from '../compare/punch-run.ts';
import type { ToldRepair } from '../compare/seen-since.ts';
import { checkName } from '../config/check-requirement.ts';
import type { Environment } from '../environment.ts';
import { openSides, readWhole } from './load-readings.ts';

/** `NODE=PART` of the command line. Throws USAGE. */
export const readRepaired = (given: readonly string[]): readonly ToldRepair[] =>
  given.map((each) => {
    const [, node, part] = /^([^=]+)=(.{1,100})$/.exec(each) ?? [];
    if (node !== undefined && part !== undefined) return { node, part };
    throw new AssayError('USAGE', `expected --repaired NODE=PART, got \`${each.slice(0, 100)}\``, {
      hint: 'Write for example: --repaired gpu027=cable',
    });
  });

/**
 * Reads and judges runs one after the other, each proven as `judge` proves it. Throws COMPARISON_REFUSED for a run that was given
 * twice or runs of several sites, CONFIG_INVALID for a run without the profile or a node that none of them has.
 */
export async function loadPunchRuns(
  given: readonly string[],
  { profile, told }: { readonly profile: string | undefined; readonly told: readonly ToldRepair[] },
  registry: Registry,
  environment: Environment,
): Promise<readonly PunchRun[]> {
  const sides = await openSides(environment, { after: given }, profile);
  const runs: PunchRun[] = [];
  for (const run of sides.after)
    runs.push(punchRunOf((await readWhole(run, registry)).material(sides.profile)));
  const sites = [...new Set(runs.flatMap(({ readings }) => readings.site ?? []))];
  if (sites.length > 1)
    throw new AssayError(
      'COMPARISON_REFUSED',
      `expected runs of one site, got ${sites.map((each) => `\`${each}\``).join(' and ')}`,
      { hint: 'Keep the list of each site by itself; what a site is called stands in the inventory.' },
    );
  const names = new Set(runs.flatMap(({ readings }) => readings.nodes.map(({ name }) => name)));
  for (const { node } of told) checkName(node, names, '--repaired', 'a node of these runs');
  return runs;
}
