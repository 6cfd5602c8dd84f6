import type { Said } from '../../reports/verdict/said.ts';
import type { HostFacts } from '../../workloads/kit/facts/host-facts.ts';
import type { Sample } from '../../workloads/kit/sample.ts';
import type { PlannedStep } from '../plan/plan.ts';
import type { KnownSubject } from '../plan/subjects.ts';
import type { Unmeasured } from '../store/parse-step.ts';
import type { Damage, EndedStep, FactsDocument, NodeMaterial, RunMaterial } from '../store/run-material.ts';
import type { Stale } from './machine-changes.ts';

type Node = RunMaterial['inventory']['nodes'][number];

/** What one keeper saw of its machine. */
export interface SeenDocument extends FactsDocument {
  readonly subjects: ReadonlyMap<string, KnownSubject>;
}

/** A reading with why it cannot be used, whoever says so. */
export interface JudgedSample extends Omit<Sample, 'invalid'> {
  readonly invalid?: Said | undefined;
}

/** What is known about one node, or about what several nodes did together, found by name instead of searched. */
export interface Dossier {
  readonly id: string;
  /** The node itself; or those of the group. */
  readonly members: string[];
  readonly reached: boolean;
  /** The node that this is another name of. */
  readonly sameAs?: string | undefined;
  /** Why it was not reached, or why there are no facts about it. */
  readonly why?: Said | undefined;
  readonly damage?: Damage | undefined;
  readonly facts?: HostFacts | undefined;
  /** Of every keeper that looked, in order, with the subjects that it saw. */
  readonly documents: readonly SeenDocument[];
  /** Keepers that took over, of which each has looked in the document behind the first that has its place. */
  readonly restarts: NonNullable<NodeMaterial['restarts']>;
  /** The boot that each step was begun in, by step, from the first reboot on; of a group, its members have that. */
  readonly boots: ReadonlyMap<string, string>;
  readonly claimedClass: string | undefined;
  readonly claims: Node['claims'];
  readonly settings?: Node['settings'];
  /** Why it answered and takes no part. */
  readonly leftOut?: Said | undefined;
  /** The planned steps that give evidence about it, by step, in the order of the plan. */
  readonly planned: ReadonlyMap<string, PlannedStep>;
  readonly steps: ReadonlyMap<string, EndedStep>;
  /** In a stable order. */
  readonly samples: readonly JudgedSample[];
  readonly byMetric: ReadonlyMap<string, readonly JudgedSample[]>;
  /** Samples that count wrong results, by step. */
  readonly checks: ReadonlyMap<string, readonly JudgedSample[]>;
  /** Why a step says nothing about the machine as it is now, by step. */
  readonly stale: ReadonlyMap<string, Stale>;
  /** Why the output of a step could not be read, by step. */
  readonly unreadable: ReadonlyMap<string, Said>;
  /** What a tool could not measure of it, in its own words. */
  readonly unmeasured: readonly Unmeasured[];
  /** The node and its devices; or the group itself. */
  readonly subjects: ReadonlyMap<string, KnownSubject>;
  /** Every name under which a tool may report on one of them. */
  readonly names: ReadonlySet<string>;
}
