import * as z from 'zod';
import type { Evidence } from './evidence.ts';
import { whyUnread } from './evidence.ts';
import type { Fact } from './fact.ts';
import { known, unknown } from './fact.ts';
import { mapFact } from './read-number.ts';

/** What ethtool answered about each interface; what only root may ask is not there. */
const Answer = z.object({
  status: z.enum(['read', 'absent', 'denied', 'failed', 'timeout']),
  text: z.string(),
});
const Answers = z.record(z.string(), z.object({ driver: Answer, module: Answer.optional() }));
export type InterfaceAnswers = z.infer<typeof Answers>;

export const interfacesId = 'ethtool of each interface';

export const readInterfaces = (evidence: Evidence): Fact<InterfaceAnswers> =>
  evidence.json(interfacesId, Answers);

/** One field of what ethtool prints, `firmware-version: 22.31.1014 (MT_0000000359)`. */
export function fieldOf(text: string, name: string): string | undefined {
  const line = text.split('\n').find((each) => each.trim().toLowerCase().startsWith(name.toLowerCase()));
  const value = line?.split(':').slice(1).join(':').trim();
  return value === undefined || value === '' || /^n\/?a$/i.test(value) ? undefined : value;
}

/** The firmware that runs on an interface's card, in its driver's words. */
export const firmwareOf = (answers: Fact<InterfaceAnswers>, name: string): Fact<string> =>
  mapFact(answers, (all) => {
    const driver = all[name]?.driver;
    if (driver?.status !== 'read')
      return unknown(whyUnread('ethtool -i', driver && { id: 'ethtool -i', ...driver }));
    const version = fieldOf(driver.text, 'firmware-version');
    return version === undefined
      ? unknown('ethtool -i: its driver tells no version of firmware')
      : known(version);
  });
