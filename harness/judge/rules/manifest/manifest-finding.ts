import type { Said } from '../../../../reports/verdict/said.ts';

/** What became of one expectation of a manifest: a serial, the number of a model, the sum of the memory. */
export interface ManifestFinding {
  readonly verdict: 'pass' | 'fail' | 'missing';
  /** Expected, found; or why nobody can tell. */
  readonly reason: Said;
}
