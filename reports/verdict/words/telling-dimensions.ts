import type { Dimensions } from '../../../workloads/kit/sample.ts';
import type { Measurement } from '../verdict.ts';

/**
 * The dimensions that tell a measurement apart from the others of its metric on its subject, plus those that are
 * its name in the field (dtype, cores). One that follows from the others is left out: in the order in which a tool
 * gives them, each has to tell two apart that are still alike. What all of them share is in the full report.
 */
export function tellingDimensions(it: Measurement, all: readonly Measurement[]): Dimensions {
  const siblings = all.filter(({ metric, subject }) => metric === it.metric && subject === it.subject);
  const toldApart = (names: readonly string[]): number =>
    new Set(siblings.map(({ dimensions }) => JSON.stringify(names.map((name) => dimensions[name])))).size;
  let telling = ['dtype', 'cores', 'quantile'];
  for (const name of siblings.flatMap(({ dimensions }) => Object.keys(dimensions))) {
    if (toldApart([...telling, name]) > toldApart(telling)) telling = [...telling, name];
  }
  return Object.fromEntries(Object.entries(it.dimensions).filter(([name]) => telling.includes(name)));
}
