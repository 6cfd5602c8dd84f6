import { cleanText } from '../../reports/text/clean-text.ts';
import type { NodeFact } from '../../reports/verdict/sheet.ts';
import { formatNodeFact } from '../../reports/verdict/words/format-fact.ts';
import { formatWords } from '../../reports/verdict/words/format-words.ts';
import type { ProbeDocument } from '../../workloads/kit/facts/probe-output.ts';
import { readHostFacts } from '../../workloads/kit/facts/read-host-facts.ts';
import { listFacts } from '../judge/summary/list-facts.ts';

/** A fact with the probes that it is from; none for what is not known, whose reason names them. */
export interface TracedFact extends NodeFact {
  readonly from: readonly string[];
}

type Rows = ReadonlyMap<string, string>;

/** What is known, by name. */
function rowsOf(document: ProbeDocument): Rows {
  return new Map(
    listFacts(readHostFacts(document)).flatMap(({ group, name, value }) =>
      value === undefined ? [] : [[`${group} ${name}`, JSON.stringify(value)] as const],
    ),
  );
}

/**
 * All facts that the probes of a machine give. A fact is from the probes without which it would not be known, or would be
 * another; where several say the same, from each that says it alone.
 */
export function traceFacts(document: ProbeDocument): readonly TracedFact[] {
  const ids = document.probes.map(({ id }) => id);
  const keep = (isKept: (id: string) => boolean): Rows =>
    rowsOf({ ...document, probes: document.probes.filter(({ id }) => isKept(id)) });
  const without = ids.map((id) => [id, keep((each) => each !== id)] as const);
  const alone = ids.map((id) => [id, keep((each) => each === id)] as const);
  const nothing = keep(() => false);
  return listFacts(readHostFacts(document)).map((fact) => {
    if (fact.value === undefined) return { ...fact, from: [] };
    const [key, text] = [`${fact.group} ${fact.name}`, JSON.stringify(fact.value)];
    const needed = without.filter(([, rows]) => rows.get(key) !== text).map(([id]) => id);
    // What is known without any probe (a path that was asked for) is from none.
    const isGiven = nothing.get(key) === text;
    const sufficient = isGiven ? [] : alone.filter(([, rows]) => rows.get(key) === text).map(([id]) => id);
    return { ...fact, from: needed.length > 0 ? needed : sufficient };
  });
}

/** Facts as lines for a terminal: a heading for each group, then name, value, and in brackets the probes. */
export function describeFacts(facts: readonly TracedFact[]): readonly string[] {
  const rows = facts.map((fact) => ({ ...fact, ...formatNodeFact(fact) }));
  const width = Math.min(40, Math.max(0, ...rows.map(({ name }) => name.length)));
  return [...Map.groupBy(rows, ({ group }) => group)].flatMap(([group, those]) => [
    formatWords(group),
    ...those.map(({ name, value, from }) => {
      const probes = from.length === 0 ? '' : `  [${from.map(shortProbe).join(', ')}]`;
      return cleanText(`  ${name.padEnd(width)}  ${value}${probes}`);
    }),
  ]);
}

/** What stands behind the name of a program is the same for all. */
const shortProbe = (id: string): string => id.split(' -o ')[0] ?? id;
