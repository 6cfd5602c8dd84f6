import type { ManifestPart } from '../../../config/manifest.ts';

/** What became of one expectation of a manifest: a serial, the number of a model, the sum of the memory. */
export interface ManifestFinding {
  readonly part: ManifestPart['part'];
  readonly slot?: string;
  readonly expected: string;
  readonly found: string;
  readonly verdict: 'pass' | 'fail' | 'missing';
  /** One sentence: expected, found; or why nobody can tell. */
  readonly reason: string;
}
