import { readFileSync } from 'node:fs';
import type { Declared } from '../../../harness/config/load-profile.ts';
import { readProfile } from '../../../harness/config/load-profile.ts';
import type { Profile } from '../../../harness/config/profile.ts';
import { readConfig } from '../../../harness/config/read-config.ts';
import { Vocabulary } from '../../../harness/config/vocabulary.ts';
import { constructedMetrics, constructLimit } from '../constructed-run.ts';

const profiles = new URL('../../../harness/profiles/', import.meta.url);
const read = (name: string): string => readFileSync(new URL(name, profiles), 'utf8');

/** Stand-ins for the limits that the shipped profiles name, with values that only tests believe in. */
export const constructedLimits = [
  constructLimit({
    id: 'sha256.wrong-digests',
    metric: 'sha256.wrongDigests',
    comparator: 'equal',
    value: 0,
    unit: 'count',
  }),
  constructLimit({
    id: 'matmul.wrong-elements',
    metric: 'matmul.wrongElements',
    comparator: 'equal',
    value: 0,
    unit: 'count',
  }),
  constructLimit({
    id: 'nvme.verify-errors',
    metric: 'nvme.verifyErrors',
    comparator: 'equal',
    value: 0,
    unit: 'count',
  }),
  constructLimit({
    id: 'allreduce.wrong-values',
    metric: 'allreduce.wrongValues',
    comparator: 'equal',
    value: 0,
    unit: 'count',
  }),
  constructLimit({
    id: 'allreduce.pair-above-gigabit',
    metric: 'allreduce.busBandwidth',
    value: 125e6,
    unit: 'B/s',
    where: { nodes: 2 },
  }),
  constructLimit({
    id: 'nvme.superpod-good-read',
    metric: 'nvme.sequentialReadThroughput',
    value: 4e9,
    unit: 'B/s',
  }),
];

/** The names that the shipped profiles may use, without loading a workload. */
export function constructedDeclared(): Declared {
  const vocabulary = readConfig(Vocabulary, { file: 'vocabulary.yaml', text: read('vocabulary.yaml') });
  const oci = [...new Set([...read('storage.yaml').matchAll(/nvme\.oci-[a-z0-9.-]+/g)].map(([id]) => id))];
  return {
    metrics: constructedMetrics,
    limits: [
      ...constructedLimits,
      ...oci.map((id) =>
        constructLimit({
          id,
          metric: 'nvme.randomReadRate',
          value: 1_000_000,
          unit: 'IOPS',
          proof: { transport: 'nvme' },
          hardware: { class: 'nvme', models: [`model of ${id}`] },
        }),
      ),
    ],
    vocabulary: new Set(Object.keys(vocabulary.subjectMatters)),
  };
}

/** A shipped profile as a run would load it. */
export function shippedProfile(id: string, declared: Declared = constructedDeclared()): Profile {
  return readProfile({ file: `${id}.yaml`, text: read(`${id}.yaml`) }, declared);
}
