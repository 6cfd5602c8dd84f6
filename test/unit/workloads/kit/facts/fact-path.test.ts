import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type * as z from 'zod';
import { known } from '../../../../../workloads/kit/facts/fact.ts';
import { readFactPath, schemaOf, unitOf, unitOfFact } from '../../../../../workloads/kit/facts/fact-path.ts';
import { Accelerator, HostFacts } from '../../../../../workloads/kit/facts/host-facts.ts';
import { h100, mergeFacts } from '../../../../support/constructed/facts.ts';

/** What is listed by names that nobody knows beforehand. */
const byName = new Set(['programs', 'headers', 'libraries']);

/** All paths of a document down to its values; every item of a list has the same. */
function pathsOf(part: unknown, path: readonly string[] = []): readonly string[] {
  if (Array.isArray(part)) return part.flatMap((each) => pathsOf(each, path));
  const isValue = typeof part !== 'object' || part === null || 'unknown' in part || byName.has(path[0] ?? '');
  if (isValue) return [path.join('.')];
  if ('value' in part) return pathsOf(part.value, path);
  return Object.entries(part).flatMap(([key, child]) => pathsOf(child, [...path, key]));
}

const paths = [...new Set(pathsOf(HostFacts.parse(mergeFacts({ accelerators: known([h100(0)]) }))))];
const endings = [
  [/Bytes$/, 'B'],
  [/Watts$/, 'W'],
  [/BitsPerSecond$/, 'bit/s'],
  [/Seconds$/, 's'],
  [/Celsius$/, 'Cel'],
] as const;

describe('a path of facts', () => {
  it.each(paths)('%s leads to a schema, with the unit that its name ends in', (path) => {
    let schema: z.core.$ZodType | undefined = HostFacts;
    for (const key of readFactPath(path)) schema = schema && schemaOf(schema, key);
    expect(schema).toBeDefined();
    const unit = endings.find(([ending]) => ending.test(path))?.[1];
    expect(unitOfFact(HostFacts, path)).toBe(unit);
    expect(schema && unitOf(schema)).toBe(unit);
  });

  it('is among these for every amount', () => {
    expect(paths.filter((path) => endings.some(([ending]) => ending.test(path)))).toEqual([
      'memory.totalBytes',
      'memory.availableBytes',
      'memory.swapBytes',
      'accelerators.memoryBytes',
      'accelerators.powerLimitWatts',
      'accelerators.defaultPowerLimitWatts',
      'accelerators.temperatureLimitCelsius',
      'accelerators.memoryUsedBytes',
      'drives.sizeBytes',
      'nics.speedBitsPerSecond',
      'environment.restWatts',
      'environment.inletCelsius',
      'scratch.freeBytes',
      'scratch.totalBytes',
      'limits.memoryMaxBytes',
      'limits.memlockBytes',
      'limits.sharedMemoryFreeBytes',
      'occupancy.watchedSeconds',
      'clockDeviationSeconds',
    ]);
  });

  it('may begin at a device', () => {
    expect(unitOfFact(Accelerator, 'powerLimitWatts')).toBe('W');
    expect(unitOfFact(Accelerator, 'link.width')).toBeUndefined();
  });

  it('that leads nowhere has no unit', () => {
    expect(unitOfFact(HostFacts, 'accelerators.length')).toBeUndefined();
    expect(unitOfFact(HostFacts, 'memory.valueOf')).toBeUndefined();
    fc.assert(
      fc.property(fc.string(), (path) => {
        expect(paths.includes(path) ? undefined : unitOfFact(HostFacts, path)).toBeUndefined();
      }),
    );
  });
});
