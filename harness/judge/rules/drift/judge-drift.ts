import type { Said } from '../../../../reports/verdict/said.ts';
import type { HostFacts } from '../../../../workloads/kit/facts/host-facts.ts';
import type { Outcome } from '../../outcome.ts';
import { missing } from '../../outcome.ts';
import type { RunDossier } from '../../run-dossier.ts';
import { compareDrift, modeOf, nodesForMode } from './compare-drift.ts';

/** Is the node configured like the golden one? Without one, like most nodes, if there are enough of them. */
export const judgeDrift = (node: string, facts: HostFacts, index: RunDossier): Outcome =>
  index.once(`drift ${node}`, () => compareNode(node, facts, index));

function compareNode(node: string, facts: HostFacts, index: RunDossier): Outcome {
  const { golden } = index.material.inventory;
  const known = index.once('known', () => index.nodes.flatMap((each) => each.facts ?? []));
  if (golden === undefined && known.length < nodesForMode) {
    return missing('no-claim', { say: 'no-golden', known: known.length }, { of: 'block', why: 'no-golden' });
  }
  const model = golden === undefined ? index.once('mode', () => modeOf(known)) : index.node(golden)?.facts;
  if (model === undefined)
    return missing(
      'unknown-fact',
      { say: 'golden-unknown', golden: golden ?? '' },
      { of: 'block', why: 'no-golden' },
    );
  const findings = compareDrift(model, facts);
  const cause = { of: node, why: 'drift' } as const;
  const like = golden === undefined ? {} : { golden };
  const say = (wanted: 'fail' | 'missing'): Said | undefined => {
    const of = findings
      .filter(({ verdict }) => verdict === wanted)
      .map(({ path, golden: expected, found }) => ({
        path,
        expected,
        found,
        ...(wanted === 'fail' ? { isDrift: true } : {}),
      }));
    return of.length === 0 ? undefined : { say: 'settings', ...like, of };
  };
  const drifted = say('fail');
  if (drifted !== undefined) return { verdict: 'fail', reason: drifted, cause };
  const unknown = say('missing');
  if (unknown !== undefined) return missing('unknown-fact', unknown, cause);
  return findings.length === 0
    ? missing('unknown-fact', { say: 'not-comparable', node, ...like }, cause)
    : { verdict: 'pass', reason: { say: 'settings-alike', count: findings.length, ...like } };
}
