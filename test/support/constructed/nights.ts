import { join } from 'node:path';
import { nightsDocument } from '../../../harness/cli/print-nights.ts';
import { History } from '../../../harness/history/history.ts';
import type { Nights } from '../../../reports/verdict/nights.ts';
import { temporaryDirectory } from '../temporary.ts';
import { sixteenNodes } from './night-rows.ts';

/** An index of 45 nights, given night by night from `from` on: node 7 loses 8 % on night 30, all lose 5 % with a driver on night 38. */
export async function followNights(
  from: number,
  look: (nights: Nights, history: History, night: number) => Promise<void>,
): Promise<void> {
  const history = await History.open(join(temporaryDirectory(), 'nights.sqlite'), 'UTC');
  const made = sixteenNodes({
    share: (node, night) => (node === 7 && night >= 30 ? 0.92 : 1) * (night >= 38 ? 0.95 : 1) - 1,
    driver: (_node, night) => (night < 38 ? '570' : '575'),
  });
  try {
    for (const [night, rows] of made.entries()) {
      await history.add(rows);
      if (night >= from) await look(nightsDocument(await history.judge(), history.zone), history, night);
    }
  } finally {
    await history.close();
  }
}

/** What the last of those nights says. */
export async function lastNights(): Promise<Nights> {
  const all: Nights[] = [];
  await followNights(44, (nights) => Promise.resolve(void all.push(nights)));
  const [nights] = all;
  if (nights === undefined) throw new Error('expected a document of the last night');
  return nights;
}
