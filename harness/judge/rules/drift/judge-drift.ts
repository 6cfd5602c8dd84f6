import type { HostFacts } from '../../../../workloads/kit/facts/host-facts.ts';
import type { Outcome } from '../../outcome.ts';
import { missing } from '../../outcome.ts';
import type { RunDossier } from '../../run-dossier.ts';
import { compareDrift, modeOf, nodesForMode } from './compare-drift.ts';

/** Is the node configured like the golden one? Without one, like most nodes, if there are enough of them. */
export function judgeDrift(node: string, facts: HostFacts, index: RunDossier): Outcome {
  const { golden } = index.material.inventory;
  const known = index.once('known', () => index.nodes.flatMap((each) => each.facts ?? []));
  if (golden === undefined && known.length < nodesForMode) {
    return missing(
      'no-claim',
      `the inventory names no golden node, and ${known.length} nodes are too few to tell what is usual`,
      'block:no-golden',
    );
  }
  const model = golden === undefined ? index.once('mode', () => modeOf(known)) : index.node(golden)?.facts;
  if (model === undefined)
    return missing(
      'unknown-fact',
      `there are no facts about the golden node ${golden ?? ''}`,
      'block:no-golden',
    );
  const findings = compareDrift(model, facts);
  const drifted = findings.filter(({ verdict }) => verdict === 'fail');
  const unknown = findings.filter(({ verdict }) => verdict === 'missing');
  const like = golden ?? 'most nodes';
  const say = (all: typeof findings): string =>
    all
      .map(({ path, golden: expected, found }) => `${path}: ${expected} on ${like}, ${found} here`)
      .join('; ');
  if (drifted.length > 0) return { verdict: 'fail', reason: say(drifted), cause: `${node}:drift` };
  if (unknown.length > 0) return missing('unknown-fact', say(unknown), `${node}:drift`);
  return findings.length === 0
    ? missing('unknown-fact', `nothing of ${node} can be compared with ${like}`, `${node}:drift`)
    : { verdict: 'pass', reason: `all ${findings.length} settings are like those of ${like}` };
}
