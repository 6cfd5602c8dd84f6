import type { StepResult } from '../../agents/protocol/step.ts';
import type { Said } from '../../reports/verdict/said.ts';
import type { HostFacts } from '../../workloads/kit/facts/host-facts.ts';
import type { Counted } from '../../workloads/kit/facts/read-counts.ts';
import type { Limit } from '../../workloads/kit/limit.ts';
import type { Sample } from '../../workloads/kit/sample.ts';
import type { DeclaredMetric } from '../../workloads/kit/workload.ts';
import type { Contract } from '../config/contract.ts';
import type { Inventory } from '../config/inventory.ts';
import type { Manifest } from '../config/manifest.ts';
import type { Profile } from '../config/profile.ts';
import type { Suite } from '../config/suite.ts';
import type { Plan } from '../plan/plan.ts';
import type { Decided } from './coordinator-journal.ts';
import type { KnownSeries } from './known-series.ts';
import type { Unmeasured } from './parse-step.ts';
import type { RunHeader } from './run-header.ts';

/** A file that is not what a header, a chain or a plan says it is. */
export interface Damage {
  readonly file: string;
  readonly expected: string;
  readonly found: string;
}

/** What a keeper saw when it looked at its machine, and under which step that is kept. */
export interface FactsDocument {
  readonly step: string;
  readonly facts: HostFacts;
  readonly counted?: Counted;
}

/** What judging needs of a step that ended. What it ran, and what that left, is for whoever reads the outputs. */
export interface EndedStep
  extends Pick<
    StepResult,
    'step' | 'workload' | 'tool' | 'repetition' | 'execution' | 'reason' | 'durationMs'
  > {
  /** The pair or group that did it together. */
  readonly group: string | undefined;
  /** It ended by what the agent could not do. */
  readonly isAgentsFault?: boolean;
  /** Which share of the machine's CPU time others took meanwhile, where that was counted. */
  readonly otherWork?: number | 'unknown' | undefined;
  /** How many commands were run for it. */
  readonly commands: number;
}

/** Everything that is known about one node of a run, read back from its directory. */
export interface NodeMaterial {
  readonly id: string;
  readonly reached: boolean;
  /** The first name of the machine that this is another name of: it is measured under that one. */
  readonly sameAs?: string | undefined;
  /** Why the node was not reached, or why there are no facts about it. */
  readonly why?: Said | undefined;
  readonly facts?: HostFacts | undefined;
  /** Of every keeper that looked, in order: a restarted one looks again. */
  readonly documents?: readonly FactsDocument[] | undefined;
  /** The facts that were there when a step ended, by step, where it was not the first that were taken. */
  readonly under?: ReadonlyMap<string, string> | undefined;
  /** Keepers that took over from another, after a reboot or on the same boot. */
  readonly restarts?: readonly { readonly rebooted: boolean }[] | undefined;
  /** Who came to the machine during the run, so that nothing that was measured on it counts. */
  readonly tenant?: string | undefined;
  /** The boot that each step was begun in, by step, from the first reboot on. */
  readonly boots?: ReadonlyMap<string, string> | undefined;
  readonly steps: readonly EndedStep[];
  readonly samples: readonly Sample[];
  /** Steps whose saved output could not be parsed: evidence too, never dropped. */
  readonly unreadable: readonly { readonly step: string; readonly reason: Said }[];
  /** What tools could not measure, in their own words. */
  readonly unmeasured?: readonly Unmeasured[] | undefined;
  /** A file of it that was changed or is gone: then nothing else of it is told. */
  readonly damage?: Damage | undefined;
  readonly journal?: { readonly records: number; readonly head: string } | undefined;
}

/** Everything that `judge` looks at. Whoever has these bytes gets the same verdict. */
export interface RunMaterial {
  readonly header: RunHeader;
  /** The version that parses and judges; the header has the one that measured. */
  readonly assay: string;
  readonly inventory: Inventory;
  readonly suite: Suite;
  /** The profile to judge by, which need not be the one that the run was planned for. */
  readonly profile: Profile;
  /** The profile that the run was planned for: by it was decided who is suspect. */
  readonly plannedProfile: Profile;
  /** What the supplier says was delivered, when the inventory names a manifest. */
  readonly manifest?: Manifest | undefined;
  /** What the customer states beside what is published; `profile` and `limits` have it already. */
  readonly contract?: Contract | undefined;
  /** What nights before told of the subjects of the run, where something is judged as a series. */
  readonly series?: readonly KnownSeries[] | undefined;
  /** Why steps of the plan were not run, by step. */
  readonly skips: Decided['skips'];
  /** Steps across nodes that were spoilt from outside, and by what. */
  readonly broken: Decided['broken'];
  readonly idled: Decided['idled'];
  readonly late: Decided['late'];
  /** What ASICs of the inventory said of themselves, by name. */
  readonly asics: Decided['asics'];
  readonly distinct: Decided['distinct'];
  readonly sessions: Decided['sessions'];
  readonly repairs: Decided['repairs'];
  readonly looks: Decided['looks'];
  readonly extensions: Decided['extensions'];
  /** SHA-256 of the profile document as it stands in `inputs/`. */
  readonly profileDigest: string;
  /** Every purpose that an asset could serve; `judge` sorts them by rank. */
  readonly ladder: readonly Profile[];
  readonly limits: readonly Limit[];
  /** All declared metrics by full name, `<workload>.<metric>`. */
  readonly metrics: ReadonlyMap<string, DeclaredMetric>;
  /**
   * With the steps that were added during the run. Absent when the run ended before anything was planned: then no
   * sample can fill a cell.
   */
  readonly plan: Plan | undefined;
  readonly inputs: readonly { readonly path: string; readonly sha256: string }[];
  /** How many decisions there are, and the digest that binds them. */
  readonly decisions?: Decided['proof'];
  readonly nodes: readonly NodeMaterial[];
}
