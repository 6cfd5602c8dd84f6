import type { HostFacts } from '../../../../workloads/kit/facts/host-facts.ts';
import { manifestParts } from '../../../../workloads/kit/requirement.ts';
import type { Manifest, ManifestPart } from '../../../config/manifest.ts';
import { compareMemory } from './compare-memory.ts';
import { compareParts } from './compare-parts.ts';
import { manifestDevices } from './manifest-devices.ts';
import type { ManifestFinding } from './manifest-finding.ts';

/**
 * Holds what the supplier says is in a node against its facts. Findings are about serials, numbers per model and the
 * sum of the memory, not about rows; without a row for the node there is none, and that is no pass.
 */
export function compareManifest(
  manifest: Manifest,
  node: string,
  facts: HostFacts,
  parts: readonly ManifestPart['part'][] = manifestParts,
): readonly ManifestFinding[] {
  const elsewhere = manifest.parts.filter((row) => row.node !== node);
  return parts.flatMap((part): readonly ManifestFinding[] => {
    const rows = manifest.parts.filter((row) => row.node === node && row.part === part);
    if (rows.length === 0) return [];
    if (part === 'memory') return compareMemory(rows, elsewhere, facts);
    return compareParts({ part, rows, elsewhere, devices: manifestDevices(part, facts) });
  });
}
