import { portCounters, whyUncounted } from '../kit/port-counters.ts';
import { quantity } from '../kit/unit.ts';
import type { Counted, Rail } from './rails-document.ts';
import type { RdmaReading } from './workload.ts';

/**
 * What the port itself counted, from the first look to the last; between tests too. On Ethernet `ports` has it of the
 * interface. `pointer` leads to the rail in the document.
 */
export function readPort(rail: Rail, pointer: string): readonly RdmaReading[] {
  const looks = rail.tests.flatMap(({ before, after }) => [before, after]);
  const seconds = rail.tests.reduce((sum, test) => sum + test.seconds, 0);
  if (rail.layer !== 'InfiniBand' || looks.length === 0 || seconds <= 0) return [];
  const grownBy = (counter: keyof Counted, top: number) => {
    const seen = looks.map((look) => look[counter]);
    if (seen.some((text) => text === undefined)) return undefined;
    const counts = seen.map(Number);
    const [back] = counts.flatMap((count, index) => (count > (counts[index + 1] ?? count) ? [index] : []));
    const [first, last] = [
      counts[back ?? 0] ?? 0,
      counts[back === undefined ? counts.length - 1 : back + 1] ?? 0,
    ];
    return { grown: Math.max(0, last - first), ...whyUncounted(first, last, top) };
  };
  const told = (counter: string) => ({
    at: [
      {
        command: 'run',
        output: 'stdout',
        pointer: `${pointer}/tests/${rail.tests.length - 1}/after/${counter}`,
      },
    ],
    windowSeconds: seconds,
  });
  const errors = Object.entries(portCounters.errors).flatMap(([counter, top]): RdmaReading[] => {
    const { grown, ...invalid } = grownBy(counter as keyof Counted, top) ?? {};
    return grown === undefined
      ? []
      : [
          {
            metric: 'portErrors',
            value: quantity('count', grown),
            dimensions: { card: rail.card, counter },
            ...told(counter),
            ...invalid,
          },
        ];
  });
  const { grown, ...invalid } = grownBy('symbol_error', portCounters.symbols.symbol_error) ?? {};
  return grown === undefined
    ? errors
    : [
        ...errors,
        {
          metric: 'symbolErrorRate',
          value: quantity('Hz', grown / seconds),
          dimensions: { card: rail.card },
          ...told('symbol_error'),
          ...invalid,
        },
      ];
}
