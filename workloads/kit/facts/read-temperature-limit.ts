import type { Fact } from './fact.ts';
import { known, unknown } from './fact.ts';
import { firstKnown, mapFact } from './read-number.ts';

/** What a protection is set to. What is not in this range is an error of the driver's that was seen in the field: -5 C. */
export const isTemperatureLimit = (celsius: number): boolean => celsius >= 50 && celsius <= 130;

/**
 * Where the driver slows it down. Newer parts tell how far they are from it instead of a temperature (T.Limit): what is left until
 * the margin is that of the slowdown, from where they are now.
 */
export function readTemperatureLimit(at: (name: string) => Fact<string>): Fact<number> {
  const degrees = (name: string): Fact<number> =>
    mapFact(at(name), (text) => {
      const [, number] = /^(-?\d{1,3}) C$/.exec(text) ?? [];
      return number === undefined
        ? unknown(`nvidia-smi temperature/${name}: expected degrees, got \`${text.slice(0, 40)}\``)
        : known(Number(number));
    });
  const byMargin = mapFact(degrees('gpu_temp'), (now) =>
    mapFact(degrees('gpu_temp_tlimit'), (left) =>
      mapFact(degrees('gpu_temp_slow_tlimit_threshold'), (slowdown) => known(now + left - slowdown)),
    ),
  );
  return mapFact(firstKnown(degrees('gpu_temp_slow_threshold'), byMargin), (limit) =>
    isTemperatureLimit(limit)
      ? known(limit)
      : unknown(`nvidia-smi temperature: ${limit} C is no limit of an accelerator`),
  );
}
