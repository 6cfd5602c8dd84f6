import type { Fact } from '../../workloads/kit/facts/fact.ts';
import { known, valueOf } from '../../workloads/kit/facts/fact.ts';
import type { HostFacts } from '../../workloads/kit/facts/host-facts.ts';
import { mapFact } from '../../workloads/kit/facts/read-number.ts';
import type { Registry } from '../../workloads/registry.ts';
import type { JudgedRun } from '../compare/convert.ts';
import { readingsOf } from '../compare/run-readings.ts';
import { judge } from '../judge/judge.ts';
import type { RunDirectory } from '../store/run-directory.ts';
import { readWhole } from './load-readings.ts';

const watts = (facts: HostFacts | undefined): number | undefined =>
  facts && valueOf(facts.environment.restWatts);

const cards = (facts: HostFacts | undefined) => facts && valueOf(facts.accelerators);

/** Who is at work on a machine, and what there would begin to mine. Absent facts: nothing is known of it. */
const leftOf = (facts: HostFacts | undefined): readonly Fact<string[]>[] =>
  facts === undefined
    ? []
    : [
        facts.occupancy.reasons,
        facts.residue.software,
        facts.residue.userJobs,
        mapFact(facts.residue.poolConnections, (all) =>
          known(all.map((each) => `connections as to a pool: ${each}`)),
        ),
      ];

/** A run with what it says of what its machines can be used for, judged again by a profile. */
export async function loadJudged(run: RunDirectory, profile: string, registry: Registry): Promise<JudgedRun> {
  const material = (await readWhole(run, registry)).material(profile);
  const { assets, profile: said } = judge(material);
  const seconds = new Map(
    material.nodes.map(({ id, steps }) => [
      id,
      steps.reduce((sum, { durationMs }) => sum + durationMs / 1000, 0),
    ]),
  );
  const facts = new Map(material.nodes.map((node) => [node.id, node.facts]));
  return {
    readings: readingsOf(material),
    assets,
    profile: { id: said.id, version: said.version, title: said.title },
    nodes: new Map(
      material.inventory.nodes.map((named) => [
        named.name,
        {
          named,
          stepSeconds: seconds.get(named.name) ?? 0,
          restWatts: watts(facts.get(named.name)),
          cards: cards(facts.get(named.name)),
          leftOf: leftOf(facts.get(named.name)),
        },
      ]),
    ),
  };
}
