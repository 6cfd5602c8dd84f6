import type { NodeMaterial, RunMaterial } from '../../store/run-material.ts';

/** What a metric rule may look at: one node of a run. */
export interface MetricContext {
  readonly material: RunMaterial;
  readonly node: NodeMaterial;
  readonly claimedClass: string | undefined;
}
