import type { AssetVerdict, Family } from '../verdict.ts';
import { say } from './say.ts';

/** The family of a purpose, as in `A for storage`. */
export const familyWords: Readonly<Record<Family, string>> = {
  ai: 'AI',
  storage: 'storage',
  cluster: 'CPU clusters',
};

const list = new Intl.ListFormat('en-GB', { type: 'conjunction' });

/** `D for AI; storage and CPU clusters not decided`; of a document that names no family: `D: of no use for AI`. */
export function describeLetters(asset: AssetVerdict): string {
  const { family, verdict, meaning, others = [] } = asset;
  if (family === undefined) return `${verdict}: ${say(meaning)}`;
  const phrases = Map.groupBy([{ family, verdict, meaning }, ...others], (each) =>
    each.verdict !== 'U' ? `${each.verdict} for` : each.meaning.say === 'not-fit' ? 'not fit' : 'not decided',
  );
  return [...phrases]
    .map(([phrase, those]) => {
      const names = list.format(those.map((each) => familyWords[each.family]));
      return phrase.endsWith(' for') ? `${phrase} ${names}` : `${names} ${phrase}`;
    })
    .join('; ');
}
