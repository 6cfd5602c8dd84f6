import { cleanText } from '../text/clean-text.ts';
import type { Verdict } from '../verdict/verdict.ts';
import { foldNames } from '../verdict/words/fold-names.ts';
import type { Row, Section } from './content.ts';
import { code, noted, plain, wide } from './content.ts';

const numbered = /^(\S+) serial$/;

/** Which things it is about: with serial numbers, so that they can be told from others later. */
export function itemsSection({ nodes, block }: Verdict): Section {
  const standings = new Map(block?.nodes.map((node) => [node.id, node]));
  const rows = nodes.map((node): Row => {
    const value = (group: string, name: string): string => {
      const found = node.facts.find((fact) => fact.group === group && fact.name === name)?.value;
      return typeof found === 'string' ? cleanText(found) : '';
    };
    const { rack = '', slot = '' } = standings.get(node.id) ?? {};
    const devices = node.facts.filter(({ group, name }) => group === 'accelerators' && numbered.test(name));
    const serials = devices.map(({ value: serial }) =>
      typeof serial === 'string' ? cleanText(serial) : '?',
    );
    const models = Map.groupBy(
      node.facts.flatMap(({ group, name, value: model }) =>
        group === 'accelerators' && name.endsWith(' model') && typeof model === 'string'
          ? [cleanText(model)]
          : [],
      ),
      (model) => model,
    );
    return {
      cells: [
        noted([{ kind: 'name', text: node.id }], [rack, slot].filter((part) => part !== '').join(' / ')),
        noted(
          value('identity', 'product') || 'unknown',
          [
            ['serial', value('identity', 'serial')],
            ['firmware', value('identity', 'firmware')],
          ]
            .map(([what, text]) => `${what} ${text === '' ? 'unknown' : text}`)
            .join(', '),
        ),
        noted(
          [...models].map(([model, those]) => `${those.length} × ${model}`).join(', ') || '–',
          serials.length === 0 ? '' : `serials ${foldNames(serials)}`,
        ),
        node.identity === undefined ? '–' : [code(node.identity.slice(0, 16))],
      ],
    };
  });
  return {
    id: 'items',
    title: 'Items',
    note: 'As the machines told on the day of the test. A signed report has an identity document for each of them.',
    content: [
      {
        kind: 'table',
        label: 'Items',
        columns: [plain('Node'), wide('Product'), wide('Accelerators'), plain('Identity')],
        rows,
      },
    ],
  };
}
