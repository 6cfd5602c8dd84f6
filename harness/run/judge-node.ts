import type { Cell, Conclusion } from '../../reports/schema/verdict.ts';
import type { Registry } from '../../workloads/registry.ts';
import { conclude, describeStanding } from '../judge/conclude.ts';
import { judgeCells } from '../judge/judge-cells.ts';
import { loadRun } from '../store/read-run.ts';
import type { RunDirectory } from '../store/run-directory.ts';
import type { RunMaterial } from '../store/run-material.ts';

/** How a node stands by what was measured on it alone, while others are still at work. */
export interface NodeStanding {
  readonly node: string;
  readonly conclusion: Conclusion;
  readonly reason: string;
  readonly passed: number;
  readonly open: number;
  /** Why it may take no part in what is measured across nodes: it computes wrong, or is not what it should be. */
  readonly closedGate: string | undefined;
}

/** Judges one node of a run by the profile that the run was planned for. */
export async function judgeNode(run: RunDirectory, registry: Registry, node: string): Promise<NodeStanding> {
  const material = await loadRun(run, registry, { only: [node] });
  const found = material.nodes.find(({ id }) => id === node);
  const cells =
    found === undefined ? [] : judgeCells(material.profile, found, material).map(({ cell }) => cell);
  const standing = conclude(cells, found === undefined ? [] : [found]);
  const required = cells.filter(({ level }) => level === 'required');
  const passed = required.filter(({ verdict }) => verdict === 'pass').length;
  const gate = required.find((cell) => cell.verdict === 'fail' && isGate(cell, material));
  return {
    node,
    conclusion: standing.conclusion,
    reason: describeStanding(standing, cells),
    passed,
    open: required.length - passed,
    closedGate: gate && `${gate.title}: ${gate.reason}`,
  };
}

function isGate({ gate, requirement }: Cell, { profile, metrics }: RunMaterial): boolean {
  const rule = profile.requirements.find(({ id }) => id === requirement)?.rule;
  return gate || (rule?.kind === 'metric' && metrics.get(rule.metric)?.correctness === true);
}
