import type { Cell } from '../../reports/verdict/cell.ts';
import type { Verdict } from '../../reports/verdict/verdict.ts';
import type { HostFacts } from '../../workloads/kit/facts/host-facts.ts';
import type { Requirement } from '../../workloads/kit/requirement.ts';
import { nameOf } from '../../workloads/kit/subject.ts';
import { judge } from '../judge/judge.ts';
import type { PlannedRepair } from '../plan/repairs.ts';
import type { KnownSubject } from '../plan/subjects.ts';
import { describeSubjects } from '../plan/subjects.ts';
import type { RunMaterial } from '../store/run-material.ts';
import { assetsOf } from './match-assets.ts';
import type { ReadNode, RunReadings } from './run-readings.ts';
import { readingsOf } from './run-readings.ts';

/** What a punch list needs of a run: everything else of it can be let go. */
export interface PunchRun {
  readonly verdict: Pick<Verdict, 'run' | 'profile' | 'rehearsal' | 'defects' | 'verified' | 'superseded'>;
  readonly readings: Pick<RunReadings, 'site' | 'nodes'> &
    Pick<RunReadings, 'run' | 'profile' | 'asics' | 'groups'>;
  readonly cells: ReadonlyMap<string, Cell>;
  readonly facts: ReadonlyMap<string, HostFacts>;
  readonly requirements: ReadonlyMap<string, Requirement>;
  /** Members of what several nodes did, by its name. */
  readonly members: ReadonlyMap<string, readonly string[]>;
  readonly repairs: readonly PlannedRepair[];
}

/** Judges a run, and keeps what later runs are held against. */
export function punchRunOf(material: RunMaterial): PunchRun {
  const { run, profile, rehearsal, defects, verified, superseded, cells } = judge(material);
  const readings = readingsOf(material);
  return {
    verdict: {
      ...{ run, profile, defects },
      ...(rehearsal === undefined ? {} : { rehearsal }),
      ...(verified === undefined ? {} : { verified }),
      ...(superseded === undefined ? {} : { superseded }),
    },
    readings: { ...readings, nodes: readings.nodes.map((node) => ({ ...node, series: [] })), groups: [] },
    cells: new Map(cells.map((cell) => [cell.id, cell])),
    // What the machine was like in the end.
    facts: new Map(
      material.nodes.flatMap(({ id, facts, documents = [] }) => {
        const last = documents.at(-1)?.facts ?? facts;
        return last === undefined ? [] : [[id, last] as const];
      }),
    ),
    requirements: new Map(material.profile.requirements.map((each) => [each.id, each])),
    members: new Map(
      (material.plan?.subjects ?? []).flatMap(({ id, members }) =>
        members === undefined ? [] : [[id, members]],
      ),
    ),
    repairs: material.repairs,
  };
}

/** Which nodes of runs are one machine, whatever they are called. */
export class Machines {
  readonly #byNode = new Map<PunchRun, Map<string, number>>();
  readonly #nodes: Map<PunchRun, ReadNode>[] = [];

  constructor(runs: readonly PunchRun[]) {
    const byReadings = new Map<RunReadings, PunchRun>(runs.map((run) => [run.readings, run]));
    for (const [index, asset] of assetsOf(runs.map(({ readings }) => readings)).entries()) {
      const nodes = new Map<PunchRun, ReadNode>();
      for (const { run, node } of asset.seen) {
        const seen = byReadings.get(run);
        if (seen === undefined) continue;
        nodes.set(seen, node);
        const names = this.#byNode.get(seen) ?? new Map<string, number>();
        this.#byNode.set(seen, names.set(node.name, index));
      }
      this.#nodes.push(nodes);
    }
  }

  /** What a node of one run is in another one, if it is there. */
  inRun(name: string, run: PunchRun, other: PunchRun): ReadNode | undefined {
    const index = this.#byNode.get(run)?.get(name);
    return index === undefined ? undefined : this.#nodes[index]?.get(other);
  }

  /** What a cell is about, whatever its machines are called. */
  keyOf(cell: Cell, run: PunchRun): string {
    const { subject, requirement } = cell;
    const numbers = nodesOf(cell, run).map((node) => this.#byNode.get(run)?.get(node) ?? node);
    const device = subject.kind === 'device' ? subject.device : '';
    return JSON.stringify([numbers.map(String).toSorted(), device, requirement]);
  }
}

/** The nodes that a cell is about. */
export function nodesOf(
  { subject }: Pick<Cell, 'subject'>,
  { members }: Pick<PunchRun, 'members'>,
): readonly string[] {
  return 'node' in subject ? [subject.node] : (members.get(nameOf(subject)) ?? []);
}

/** The device of a node by what it is called there. */
export const deviceOf = (
  node: string,
  device: string,
  { facts }: Pick<PunchRun, 'facts'>,
): KnownSubject | undefined =>
  describeSubjects(node, facts.get(node)).find(({ subject }) => subject.device === device);
