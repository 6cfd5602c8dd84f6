import type { Registry } from '../../workloads/registry.ts';
import { judgeCells } from '../judge/judge-cells.ts';
import { loadRun } from '../store/read-run.ts';
import type { RunDirectory } from '../store/run-directory.ts';

/**
 * What the facts alone say against each node, in words, before anything was run: claims that do not hold, parts that the
 * manifest has and the node has not, settings that drifted. Nodes without any are not listed.
 */
export async function findInFacts(
  run: RunDirectory,
  registry: Registry,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const material = await loadRun(run, registry);
  const rules = new Map(material.profile.requirements.map(({ id, rule }) => [id, rule]));
  const found = material.nodes.flatMap((node) => {
    if (!node.reached) return [];
    const failed = judgeCells(material.profile, node, material).filter(
      ({ cell }) => cell.verdict === 'fail' && rules.get(cell.requirement)?.kind !== 'metric',
    );
    const words = failed.map(({ cell: { subject, title, reason } }) =>
      subject === node.id
        ? `${title}: ${reason}`
        : `${subject.slice(node.id.length + 1)}: ${title}: ${reason}`,
    );
    return words.length === 0 ? [] : [[node.id, words] as const];
  });
  return new Map(found);
}
