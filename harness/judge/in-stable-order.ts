import { sortSamples } from '../../reports/verdict/samples.ts';
import { compareText } from '../../workloads/kit/compare-text.ts';
import type { NodeMaterial, RunMaterial } from '../store/run-material.ts';

/**
 * Sorts what came from directories and adds what is only claimed: a node of the inventory without evidence was
 * not reached, and a judged purpose belongs to the ladder even if nobody put it there.
 */
export function inStableOrder(material: RunMaterial): RunMaterial {
  const seen = new Set(material.nodes.map(({ id }) => id));
  const unseen = material.inventory.nodes
    .filter(({ name }) => !seen.has(name))
    .map(
      ({ name }): NodeMaterial => ({
        id: name,
        reached: false,
        why: { say: 'no-evidence' },
        steps: [],
        samples: [],
        unreadable: [],
      }),
    );
  const others = material.ladder.filter(({ id, rank }) => id !== material.profile.id && rank !== undefined);
  const ladder = material.profile.rank === undefined ? others : [...others, material.profile];
  return {
    ...material,
    ladder: ladder.toSorted((a, b) => (a.rank ?? 0) - (b.rank ?? 0) || compareText(a.id, b.id)),
    inputs: material.inputs.toSorted((a, b) => compareText(a.path, b.path)),
    nodes: [...material.nodes, ...unseen]
      .toSorted((a, b) => compareText(a.id, b.id))
      .map((node) => ({
        ...node,
        steps: node.steps.toSorted((a, b) => compareText(a.step, b.step)),
        samples: sortSamples(node.samples),
        unreadable: node.unreadable.toSorted(
          (a, b) =>
            compareText(a.step, b.step) || compareText(JSON.stringify(a.reason), JSON.stringify(b.reason)),
        ),
      })),
  };
}
