import type { Said } from '../../reports/verdict/said.ts';
import { say } from '../../reports/verdict/words/say.ts';
import { judgeCells } from '../judge/judge-cells.ts';
import { RunDossier } from '../judge/run-dossier.ts';
import type { RunEvidence } from '../store/run-evidence.ts';

/**
 * What the facts alone say against each node, in words, before anything was run: claims that do not hold, parts that the
 * manifest has and the node has not, settings that drifted. Nodes without any are not listed.
 */
export function findInFacts(evidence: RunEvidence): ReadonlyMap<string, readonly string[]> {
  const index = new RunDossier(evidence.material());
  const { profile } = index.material;
  const rules = new Map(profile.requirements.map(({ id, rule }) => [id, rule]));
  const found = index.nodes.flatMap((node) => {
    if (!node.reached) return [];
    const failed = judgeCells(profile, node, index).filter(
      ({ cell }) => cell.verdict === 'fail' && rules.get(cell.requirement)?.kind !== 'metric',
    );
    const words = failed.map(({ cell: { subject, title, reason } }) => {
      const decided: Said = { say: 'decided', title, reason };
      const said = say(decided);
      return subject.kind === 'device' ? `${subject.device}: ${said}` : said;
    });
    return words.length === 0 ? [] : [[node.id, words] as const];
  });
  return new Map(found);
}
