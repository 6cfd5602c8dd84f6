import type { HostFacts } from '../../../../workloads/kit/facts/host-facts.ts';
import type { RunMaterial } from '../../../store/run-material.ts';
import type { Outcome } from '../../outcome.ts';
import { missing } from '../../outcome.ts';
import { compareManifest } from './compare-manifest.ts';

/** Is everything there that the supplier says was delivered? The findings in one sentence, the worst first. */
export function judgeManifest(node: string, facts: HostFacts, { manifest }: RunMaterial): Outcome {
  if (manifest === undefined)
    return missing('no-claim', 'the inventory names no manifest', 'block:no-manifest');
  const findings = compareManifest(manifest, node, facts);
  const failed = findings.filter(({ verdict }) => verdict === 'fail');
  const unknown = findings.filter(({ verdict }) => verdict === 'missing');
  const say = (all: typeof findings): string => all.map(({ reason }) => reason).join('; ');
  if (failed.length > 0) return { verdict: 'fail', reason: say(failed), cause: `${node}:manifest` };
  if (unknown.length > 0) return missing('unknown-fact', say(unknown), `${node}:manifest`);
  return findings.length === 0
    ? missing('no-claim', `the manifest names no part of ${node}`, `${node}:manifest`)
    : { verdict: 'pass', reason: `all ${findings.length} parts of the manifest are there` };
}
