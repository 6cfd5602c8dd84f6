import type { Evidence } from './evidence.ts';
import { whyUnread } from './evidence.ts';
import type { Fact } from './fact.ts';
import { known, unknown } from './fact.ts';
import { isPlaceholder } from './placeholders.ts';

/** Fields of one entry of the firmware's table (SMBIOS). */
export type DmiEntry = ReadonlyMap<string, string>;

/** What dmidecode is asked for: memory devices and power supplies. */
export const dmidecodeArguments = ['-t', '17', '-t', '39'];
const id = `dmidecode ${dmidecodeArguments.join(' ')}`;

/** The entries of a type that dmidecode prints, which only root may read. */
export function dmiEntries(evidence: Evidence, type: number): Fact<readonly DmiEntry[]> {
  const output = evidence.output(id);
  if (output?.status === 'failed' && /permission denied/i.test(output.text))
    return unknown("needs root: dmidecode reads the firmware's table, which is readable by root only");
  if (output?.status !== 'read') return unknown(whyUnread(id, output));
  const entries = output.text
    .split(/\n\s*\n/)
    .filter((block) => new RegExp(`^Handle \\S+, DMI type ${type},`, 'm').test(block));
  return known(entries.map(readFields));
}

function readFields(block: string): DmiEntry {
  return new Map(
    block.split('\n').flatMap((line): [string, string][] => {
      // By hand: what a node prints in one line can be as long as it likes.
      const colon = line.indexOf(':');
      return colon < 0 || !/^\s/.test(line)
        ? []
        : [[line.slice(0, colon).trim(), line.slice(colon + 1).trim()]];
    }),
  );
}

/** A field of an entry that its maker filled in. */
export function dmiText(entry: DmiEntry, name: string): Fact<string> {
  const text = entry.get(name)?.trim() ?? '';
  return text === '' || isPlaceholder(text)
    ? unknown(`the firmware tells no ${name.toLowerCase()}${text === '' ? '' : `: \`${text.slice(0, 40)}\``}`)
    : known(text);
}
