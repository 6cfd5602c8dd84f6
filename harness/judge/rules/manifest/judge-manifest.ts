import type { HostFacts } from '../../../../workloads/kit/facts/host-facts.ts';
import type { ManifestRule } from '../../../../workloads/kit/requirement.ts';
import type { RunMaterial } from '../../../store/run-material.ts';
import type { Outcome } from '../../outcome.ts';
import { missing } from '../../outcome.ts';
import { allOf } from '../../samples/step-fate.ts';
import { compareManifest } from './compare-manifest.ts';

/** Is everything there that the supplier says was delivered? The findings that are not met, the worst first. */
export function judgeManifest(
  { parts }: ManifestRule,
  node: string,
  facts: HostFacts,
  { manifest }: RunMaterial,
): Outcome {
  if (manifest === undefined)
    return missing('no-claim', { say: 'no-manifest' }, { of: 'block', why: 'no-manifest' });
  const findings = compareManifest(manifest, node, facts, parts);
  const cause = { of: node, why: 'manifest' } as const;
  const reasonOf = (verdict: 'fail' | 'missing') =>
    allOf(findings.filter((finding) => finding.verdict === verdict).map(({ reason }) => reason));
  const failed = reasonOf('fail');
  if (failed !== undefined) return { verdict: 'fail', reason: failed, cause };
  const unknown = reasonOf('missing');
  if (unknown !== undefined) return missing('unknown-fact', unknown, cause);
  return findings.length === 0
    ? missing('no-claim', { say: 'nothing-listed', node, ...(parts === undefined ? {} : { parts }) }, cause)
    : { verdict: 'pass', reason: { say: 'parts-there', count: findings.length } };
}
