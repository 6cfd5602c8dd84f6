import type { Said } from '../../reports/verdict/said.ts';
import type { Conclusion } from '../../reports/verdict/verdict.ts';
import { conclude, describeStanding } from '../judge/conclude.ts';
import { findClosedGates, judgeCells } from '../judge/judge-cells.ts';
import { RunDossier } from '../judge/run-dossier.ts';
import { waiverOf } from '../judge/summary/contract.ts';
import type { RunEvidence } from '../store/run-evidence.ts';

/** How a node stands by what was measured on it alone, while others are still at work. */
export interface NodeStanding {
  readonly node: string;
  readonly conclusion: Conclusion;
  readonly reason: Said;
  readonly passed: number;
  readonly open: number;
  /** The requirement that keeps it out of what is measured across nodes: it computes wrong, or is not what it should be. */
  readonly closedGate?: string;
}

/** Judges one node of a run, by the profile that the run was planned for, on what is known now. */
export function judgeNode(evidence: RunEvidence, node: string): NodeStanding {
  const index = new RunDossier(evidence.material(undefined, node));
  const found = index.node(node);
  const cells =
    found === undefined
      ? []
      : waiverOf(index)(judgeCells(index.material.profile, found, index)).map(({ cell }) => cell);
  const standing = conclude(cells, found === undefined ? [] : [found]);
  const required = cells.filter(({ level }) => level === 'required');
  const passed = required.filter(({ verdict }) => verdict === 'pass').length;
  const [closedGate] = findClosedGates(node, index);
  return {
    node,
    conclusion: standing.conclusion,
    reason: describeStanding(standing, cells),
    passed,
    open: required.length - passed,
    ...(closedGate === undefined ? {} : { closedGate }),
  };
}
