import { describe, expect, it } from 'vitest';
import { atDepth } from '../../../../reports/page/at-depth.ts';
import type {
  Content,
  Depth,
  Row,
  Section,
  Table,
  TableCell,
  Text,
} from '../../../../reports/page/content.ts';
import { mapNodes } from '../../../../reports/page/map-nodes.ts';
import { createPage } from '../../../../reports/page/page.ts';
import { nodesWithPages } from '../../../../reports/verdict/node-pages.ts';
import type { BlockNode, Verdict } from '../../../../reports/verdict/verdict.ts';
import { createLookup } from '../../../../reports/verdict/verdict-lookup.ts';
import { exampleMeasurement, quoted } from '../../../support/example-verdict.ts';
import { blockVerdict, smallBlockVerdict } from '../../../support/judged-examples.ts';

const sectionOf = (verdict: Verdict, id: string, depth: Depth = 'page'): Section | undefined =>
  atDepth(createPage(createLookup(verdict, nodesWithPages(verdict))).sections, depth).find(
    (section) => section.id === id,
  );

const tablesOf = (content: readonly Content[]): readonly Table[] =>
  content.flatMap((it) => (it.kind === 'table' ? [it] : it.kind === 'fold' ? tablesOf(it.content) : []));

const words = (text: Text): string =>
  typeof text === 'string'
    ? text
    : text.map((span) => (typeof span === 'string' ? span : span.text)).join('');

function textOf(cell: TableCell): string {
  if (typeof cell === 'string' || !('kind' in cell)) return words(cell);
  if (cell.kind === 'noted') return `${words(cell.text)} [${words(cell.note)}]`;
  return cell.kind === 'lines' ? cell.lines.map(words).join(' / ') : '';
}
const rowsOf = (section: Section | undefined): readonly (readonly string[])[] =>
  tablesOf(section?.content ?? []).flatMap(({ rows }) => rows.map(({ cells }: Row) => cells.map(textOf)));

describe('a block', () => {
  it('has its sections in their order', () => {
    const { sections, opening } = createPage(createLookup(blockVerdict()));
    expect(sections.map(({ id }) => id)).toEqual([
      'map',
      'contract',
      'punch-list',
      'repairs',
      'shown',
      'not-shown',
      'soak',
      'trials',
      'outliers',
      'beside',
      'measurements',
      'counts',
      'cells',
      'assets',
      'attempts',
      'conditions',
      'check',
    ]);
    expect([opening.words, opening.tally]).toEqual(['Block: not accepted', '29 of 32 nodes conform']);
  });

  it('counts what is in the way by owner, with zeros, and what was not reached or is open without a culprit', () => {
    const inTheWay = (verdict: Verdict) => createPage(createLookup(verdict)).opening.inTheWay;
    expect(inTheWay(blockVerdict())).toBe(
      'In the way: 2 hardware defects, 2 configuration, 0 environment, 1 node not reached, 0 with something not run, 1 group open without a node to blame.',
    );
    expect(inTheWay(smallBlockVerdict())).toBe(
      'In the way: 1 hardware defect, 0 configuration, 0 environment, 0 nodes not reached, 0 with something not run.',
    );
  });

  it('speaks for the nodes that conform only, with the node nearest to the limit', () => {
    const [sha, allreduce] = rowsOf(sectionOf(smallBlockVerdict(), 'shown', 'glance'));
    expect(sha).toEqual([
      'SHA-256, 16 KiB blocks [3 of 4, 9 readings, lowest on node1]',
      '≥ 200 MB/s',
      '1.372 GB/s',
      '1.381 GB/s',
      '1.391 GB/s',
      '+585.9 %',
    ]);
    expect(allreduce?.[0]).toContain('[2 of 3, ');
  });

  it('puts steps with one fate into one row, what did not complete first', () => {
    expect(rowsOf(sectionOf(blockVerdict(), 'attempts')).slice(0, 4)).toEqual([
      ['sha256 by native', 'cancelled [stopped by the operator at 03:12]', '1', 'gpu008'],
      ['copy by tool', 'skipped [it left no evidence]', '2', 'gpu[029-030]'],
      ['matmul by cublas', 'completed', '93', 'gpu[001-029,031-032]'],
      ['clock by native', 'completed', '93', 'gpu[001-029,031-032]'],
    ]);
  });

  it('tells facts that differ from those that are the same, and names nobody for a serial number', () => {
    const base = blockVerdict();
    const nodes = base.nodes.map((node, at) => ({
      ...node,
      facts: node.reached
        ? [
            { group: 'identity', name: 'hostName', value: node.id },
            { group: 'identity', name: 'product', value: 'HGX-H100-8' },
            { group: 'identity', name: 'serial', value: `S5X${at}` },
            { group: 'cpu', name: 'model', value: 'Xeon' },
            {
              group: 'memory',
              name: 'totalBytes',
              value: at === 8 ? 1_030_792_151_040 : 2_164_663_517_184,
              unit: 'B' as const,
            },
            { group: 'os', name: 'kernel', value: at % 16 === 3 ? '6.8.0-57-generic' : '6.8.0-60-generic' },
            { group: 'driver', name: 'nvidia', value: '570.86.15' },
          ]
        : [],
    }));
    const section = sectionOf({ ...base, nodes }, 'conditions');
    const [different, same] = tablesOf(section?.content ?? []);
    expect(same?.rows).toHaveLength(3);
    expect(different?.rows.map(({ cells: [name, values] }) => [textOf(name!), textOf(values!)])).toEqual([
      ['total [memory]', '2.165 TB on 30 of 31 / 1.031 TB on 1 of 31: gpu009'],
      ['kernel [os]', '6.8.0-60-generic on 29 of 31 / 6.8.0-57-generic on 2 of 31: gpu[004,020]'],
    ]);
    expect(JSON.stringify(section?.content.at(-1))).toContain('identity host name');
  });

  it('folds what all measured to one row, with the worst by name and a link to each node', () => {
    const base = smallBlockVerdict();
    const measure = (subject: string, value: number) =>
      exampleMeasurement([value], { metric: 'm.x', title: 'X', unit: 'B/s', subject, tool: 't' });
    const nodes = base.block!.nodes.map(({ id }, at) => measure(id, 1e9 + at));
    const pairs = base.block!.trials.map(({ group }, at) => measure(group, 2e8 - at * 1e7));
    const section = sectionOf({ ...base, measurements: [...nodes, ...pairs] }, 'measurements');
    const rows = tablesOf(section?.content ?? [])[0]?.rows ?? [];
    expect(rows.map(({ cells }) => cells.slice(1, 3).map(textOf))).toEqual([
      ['Nodes', '4'],
      ['Pairs', String(pairs.length)],
    ]);
    const worst = rows[1]?.cells.at(-1);
    expect(worst).toMatchObject({ kind: 'lines' });
    const lines = worst !== undefined && typeof worst === 'object' && 'lines' in worst ? worst.lines : [];
    expect(lines).toHaveLength(3);
    expect(words(lines[0]!)).toBe(
      `${base.block!.trials.at(-1)!.group} ${200 - (pairs.length - 1) * 10}.0 MB/s`,
    );
    expect(lines[0]).toContainEqual({ kind: 'node', text: 'node4' });
  });

  it('folds subjects that are open for one reason', () => {
    const base = smallBlockVerdict();
    const cells = base.cells.map((cell) =>
      cell.requirement === 'sha256'
        ? {
            ...cell,
            verdict: 'missing' as const,
            reason: quoted('no openssl'),
            action: quoted('Install it.'),
          }
        : cell,
    );
    expect(rowsOf(sectionOf({ ...base, cells }, 'cells')).map(([title]) => title)).toContain(
      'SHA-256, 16 KiB blocks [node[1-4]]',
    );
  });
});

const node = (id: string, rack?: string, slot?: string): BlockNode => ({
  id,
  conclusion: 'pass',
  reason: quoted(''),
  ...(rack === undefined ? {} : { rack }),
  ...(slot === undefined ? {} : { slot }),
});

describe('the map of a block', () => {
  it('puts racks with something to do first, the worst before all, and says how many conform in each', () => {
    const nodes = [
      node('a', 'R1'),
      { ...node('b', 'R2'), conclusion: 'unreached' as const },
      node('c', 'R2'),
      { ...node('d', 'R10'), conclusion: 'fail' as const },
      node('e', 'R3'),
    ];
    expect(mapNodes(nodes, new Set()).racks.map(({ rack, tally }) => [rack, tally])).toEqual([
      ['R10', '0 of 1'],
      ['R2', '1 of 2'],
      ['R1', '1 of 1'],
      ['R3', '1 of 1'],
    ]);
  });

  it('names the slots in every rack when the racks have too little in common', () => {
    expect(
      mapNodes(
        Array.from({ length: 6 }, (_, at) => node(`n${at}`, `R${at}`, `U${at}`)),
        new Set(),
      ).isLevel,
    ).toBe(false);
  });
});
