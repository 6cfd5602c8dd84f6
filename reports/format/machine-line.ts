import type { Verdict } from '../verdict/verdict.ts';
import { cleanText } from '../text/clean-text.ts';
import { formatNodeFact } from '../verdict/words/format-fact.ts';

/** Which machine this is about, in one line: host name, product, processor, memory, as far as they are known. */
export function machineLine({ nodes }: Pick<Verdict, 'nodes'>, node: string): string {
  const facts = nodes.find(({ id }) => id === node)?.facts ?? [];
  return [
    ['identity', 'hostName'],
    ['identity', 'product'],
    ['cpu', 'model'],
    ['memory', 'totalBytes'],
  ]
    .flatMap(([group, name]) =>
      facts.filter((fact) => fact.group === group && fact.name === name && fact.value !== undefined),
    )
    .map((fact) => cleanText(formatNodeFact(fact.name, fact.value ?? '').value))
    .join(', ');
}
