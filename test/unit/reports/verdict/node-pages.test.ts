import { expect, it } from 'vitest';
import { mostNodePages, nodesWithPages } from '../../../../reports/verdict/node-pages.ts';
import type { BlockNode, Conclusion } from '../../../../reports/verdict/verdict.ts';
import { createLookup } from '../../../../reports/verdict/verdict-lookup.ts';
import { renderHtml } from '../../../../reports/writers/html/render-html.ts';
import { blockVerdict } from '../../../support/judged-examples.ts';

const blockOf = (conclusions: readonly Conclusion[]) => {
  const verdict = blockVerdict();
  const { block } = verdict;
  const [node] = block?.nodes ?? [];
  if (block === undefined || node === undefined) throw new Error('expected a block');
  const nodes = conclusions.map((conclusion, at): BlockNode => ({ ...node, id: `n${at}`, conclusion }));
  return { ...verdict, block: { ...block, nodes } };
};
const times = (count: number, conclusion: Conclusion): Conclusion[] =>
  Array.from({ length: count }, () => conclusion);

it('gives each node of a block of usual size a page', () => {
  expect(nodesWithPages(blockOf(times(mostNodePages, 'pass')))).toHaveLength(mostNodePages);
});

it('gives those of a large block one that need somebody, the worst first', () => {
  const verdict = blockOf([...times(70, 'pass'), 'undecided', 'unreached', 'fail']);
  expect(nodesWithPages(verdict)).toEqual(['n72', 'n70', 'n71']);
});

it('gives no more pages than that when all of a large block fail', () => {
  const pages = nodesWithPages(blockOf([...times(1, 'undecided'), ...times(900, 'fail')]));
  expect(pages).toHaveLength(mostNodePages);
  expect(pages).not.toContain('n0');
});

it('links to no page that is not there, and says how to make one', () => {
  const verdict = blockOf([...times(70, 'pass'), 'fail']);
  const page = renderHtml(createLookup(verdict, nodesWithPages(verdict)));
  expect([...page.matchAll(/href="(nodes[^"]*)"/g)].map(([, target]) => target)).toEqual([
    'nodes/n70/report.html',
  ]);
  expect(page).toContain('<code>assay report RUN --node NAME</code>');
  // Beside what is written by another profile no pages of nodes lie.
  expect(renderHtml(createLookup(blockOf(times(3, 'pass'))))).not.toMatch(/href="nodes|own behind/);
});
