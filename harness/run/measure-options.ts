import type { AssayError } from '../../workloads/kit/assay-error.ts';
import type { HostFacts } from '../../workloads/kit/facts/host-facts.ts';
import type { FacilityCommand } from '../config/inventory.ts';
import type { Target } from '../fleet/open-session.ts';
import type { Plan, PlannedStep } from '../plan/plan.ts';
import type { RunDirectory } from '../store/run-directory.ts';
import type { RunEvidence } from '../store/run-evidence.ts';
import type { NodeStanding } from './judge-node.ts';

/** What a person watching a run is told, as it happens. */
export interface MeasureEvents {
  /** A node has answered, and how many have by now. */
  readonly onReached: (node: string, done: number, total: number) => void;
  /** Names of machines that have an earlier one, by which they are measured; and how many names there are. */
  readonly onSameMachine: (firstNames: ReadonlyMap<string, string>, names: number) => void;
  /** The facts of all nodes that answered, and what they say against each of them, before any load. */
  readonly onFacts: (
    nodes: readonly { readonly node: string; readonly facts: HostFacts }[],
    findings: ReadonlyMap<string, readonly string[]>,
  ) => void;
  readonly onPlan: (plan: Plan) => void;
  readonly onStepStarted: (step: PlannedStep, done: number, total: number) => void;
  readonly onStepEnded: (step: PlannedStep, execution: string, done: number, total: number) => void;
  /** All that is measured on a node alone is done, while others may still be at work. */
  readonly onNodeMeasured: (standing: NodeStanding) => void;
  /** A node is still in the boot that it has to leave, or on its way to the next one. */
  readonly onBootAwaited: (node: string) => void;
  /** What was measured on these nodes does not decide: they rest for so long, then there is another session. */
  readonly onExtension: (nodes: readonly string[], restSeconds: number) => void;
  /** The connection to a node was lost; it goes on by itself and is picked up again. */
  readonly onNodeLost: (node: string, error: AssayError) => void;
  /** A node that is lost to this run, for now: the others go on. */
  readonly onNodeFailed: (node: string, error: AssayError) => void;
}

export interface MeasureOptions {
  readonly run: RunDirectory;
  /** What is known about the run; the sessions add to it. */
  readonly evidence: RunEvidence;
  readonly targets: readonly Target[];
  readonly events: MeasureEvents;
  /** Aborted to let go of the nodes, which go on by themselves. */
  readonly detach: AbortSignal;
  /** `attach` picks up a run that the nodes already hold; before there is a plan, it may also begin on a node. */
  readonly mode: 'open' | 'attach';
  /** The boot that each node has to have left before anything is asked of it, if it has to; when opened, the others are not reached. */
  readonly boots?: ReadonlyMap<string, string | undefined> | undefined;
  readonly now: () => Date;
  /** What tells of flow and leaks of the cooling; not the run's own word, but the inventory's by which its nodes are reached. */
  readonly facility?: FacilityCommand | undefined;
  /** What the nodes are is told before anything is put on them; when this fails, nothing is. */
  readonly onIdentified?: ((nodes: readonly { readonly facts: HostFacts }[]) => Promise<void>) | undefined;
  /** Of a night: its nodes in the order in which they are to be measured, should not all be measured at a time. */
  readonly order?: readonly string[] | undefined;
  /** Machines that somebody uses are measured all the same, because somebody said so. */
  readonly acceptsOccupied: boolean;
}
