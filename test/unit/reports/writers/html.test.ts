import { describe, expect, it } from 'vitest';
import { nodesWithPages } from '../../../../reports/verdict/node-pages.ts';
import { nodeParts } from '../../../../reports/verdict/node-parts.ts';
import type { Verdict } from '../../../../reports/verdict/verdict.ts';
import { createLookup } from '../../../../reports/verdict/verdict-lookup.ts';
import { html, trusted } from '../../../../reports/writers/html/html.ts';
import { renderHtml } from '../../../../reports/writers/html/render-html.ts';
import { renderProse } from '../../../../reports/writers/html/render-text.ts';
import {
  exampleCell,
  exampleMeasurement,
  exampleVerdict,
  hostileStrings,
  hostileVerdict,
} from '../../../support/example-verdict.ts';
import {
  blockVerdict,
  clusterVerdict,
  smallBlockVerdict,
  vmVerdict,
} from '../../../support/judged-examples.ts';

const render = (verdict: Verdict): string => renderHtml(createLookup(verdict, nodesWithPages(verdict)));
/** Tags without attribute values: a label may quote what a node called itself. */
const tagsOf = (page: string): readonly string[] =>
  [...page.replaceAll(/"[^"]*"/g, '""').matchAll(/<[^>]+>/g)].map(([tag]) => tag);

describe('html', () => {
  it('escapes what is put in, in text and in attributes, and leaves markup of its own alone', () => {
    expect(
      html`<p title="${'"\'><b>'}">${'<&`'}${html`<i>${'x'}</i>`}${[trusted('<br>'), html`${1}`]}${undefined}</p>`
        .markup,
    ).toBe('<p title="&quot;&#39;&gt;&lt;b&gt;">&lt;&amp;&#96;<i>x</i><br>1</p>');
  });

  it('does not take an object for markup because it looks like it', () => {
    // @ts-expect-error a plain object has no brand
    const markup = html`${{ markup: '<script>' }}`;
    expect(markup).toBeDefined();
  });
});

describe('renderHtml', () => {
  it('has one policy that allows nothing but its own style, and nothing that would load anything', () => {
    const page = render(hostileVerdict());
    expect(page).toContain(
      `content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"`,
    );
    expect(
      tagsOf(page).filter((tag) =>
        /^<(script|link|img|iframe|object|embed|form|base|a)\b|\s(src|href|action|srcset|on\w+)=/i.test(tag),
      ),
    ).toEqual([]);
    expect(/url\(|@import/i.test(page)).toBe(false);
  });

  it('has the parts of the first page in their order', () => {
    const page = render(vmVerdict());
    const order = [
      '<h1>Screening report</h1>',
      'id="verdict"',
      'id="assets"',
      'id="counts"',
      'id="punch-list"',
      'id="shown"',
      'id="not-shown"',
      'id="measurements"',
      'id="cells"',
      'id="nodes"',
      'id="attempts"',
      'id="check"',
    ];
    const places = order.map((part) => page.indexOf(part));
    expect(places).not.toContain(-1);
    expect(places).toEqual([...places].sort((left, right) => left - right));
    expect(page.toLowerCase()).not.toContain('certificate');
  });

  it('marks embedded numbers, keeps invalid ones with their reason and says why a fact is unknown', () => {
    const page = render(vmVerdict());
    expect(page).toContain('<small class="remark">indicative: measured by Assay itself');
    expect(page).toContain('<small class="remark">⊘ invalid: the scratch directory is on overlay</small>');
    expect(page).toContain('<span class="note">unknown: no EDAC</span>');
  });

  it('never lets an empty punch list look like a pass', () => {
    expect(render(exampleVerdict({ cells: [] }))).toContain('No defect is named. That is no pass');
    const cell = exampleCell({
      subject: 'n',
      requirement: 'r',
      title: 'R',
      dimension: 'D1',
      verdict: 'missing',
      reason: 'not run',
    });
    expect(render(exampleVerdict({ cells: [cell] }))).toContain('Not met and in no defect:');
  });

  it('says of how many subjects a row speaks', () => {
    expect(render(clusterVerdict())).toContain('<b>1 of 2</b>');
  });

  it('folds a dimension only when all of it is met', () => {
    const page = render(nodeParts(clusterVerdict())('gpu-b'));
    expect(page).toContain('<details open><summary><b>D1 Chip fitness</b>');
    expect(page).toContain('<details><summary><b>D3 Device memory</b>');
  });

  it('marks every node of a block with a sign and a word, and links to its own report', () => {
    const page = render(blockVerdict());
    expect(page).toContain(
      '<span class="node bad"><span aria-hidden="true">✖</span> <a href="nodes/gpu014/report.html"><bdi>gpu014</bdi></a><span class="hidden"> fails</span></span>',
    );
    expect(page).toContain('<span class="node lost"><span aria-hidden="true">○</span> ');
    expect(new Set(page.match(/<a href="nodes\/gpu0\d\d\/report\.html">/g)).size).toBe(32);
  });

  it('shows no cell of a block that passes, but counts it', () => {
    const page = render(smallBlockVerdict());
    expect(page).toContain('<code>node3+node4:allreduce</code>');
    expect(page).not.toContain('node1:sha256</code></small>');
    expect(page).toContain('data-label="pass" class="number"><div><span class="figure">4</span></div>');
  });

  it('links to nothing but a directory of the run, whatever a node is called', () => {
    const base = smallBlockVerdict();
    const block = base.block!;
    const ids = [...hostileStrings, '../../etc', '.', 'javascript:alert(1)', '//evil.example', 'fine-1.a_b'];
    const page = render({
      ...base,
      measurements: ids.map((node, at) =>
        exampleMeasurement([at], {
          metric: 'm.x',
          title: 'X',
          unit: 'W',
          subject: { kind: 'node', node },
          tool: 't',
        }),
      ),
      nodes: ids.map((id) => ({ ...base.nodes[0]!, id })),
      block: { ...block, nodes: ids.map((id) => ({ ...block.nodes[0]!, id, rack: id, slot: id })) },
    });
    const targets = [...page.matchAll(/(?:href|src)="([^"]*)"/g)].map(([, target]) => target);
    expect(new Set(targets)).toEqual(new Set(['nodes/fine-1.a_b/report.html']));
    expect(tagsOf(page).filter((tag) => /^<(script|link|img|base)\b|\son\w+=/i.test(tag))).toEqual([]);
  });
});

describe('the strip of single runs', () => {
  const strip = (values: readonly number[]) =>
    render(
      exampleVerdict({
        cells: [],
        measurements: [
          exampleMeasurement(values, { metric: 'm.x', title: 'X', unit: 'W', subject: 'n', tool: 't' }),
        ],
      }),
    );

  it('starts its axis at 0 and says so', () => {
    expect(strip([50, 100])).toContain('2 samples on an axis from 0 W to 100.0 W');
    expect(strip([50, 100])).toContain('cx="60.0"');
    expect(strip([50, 100])).toContain('cx="116.0"');
  });

  it('extends the axis to the left for negative values', () => {
    expect(strip([-50, 50])).toContain('from −50.00 W to 50.00 W');
    expect(strip([-50, 50])).toContain('cx="4.0"');
  });

  it('divides nothing by zero', () => {
    expect(strip([0, 0])).not.toContain('NaN');
    expect(strip([-Number.MAX_VALUE, Number.MAX_VALUE])).toContain('cx="4.0"');
    expect(strip([-Number.MAX_VALUE, Number.MAX_VALUE])).not.toMatch(/NaN|Infinity/);
  });
});

it('what stands in backticks is code, and never markup', () => {
  expect(renderProse('Add `manifest: FILE.csv`, or `<b>`').markup).toBe(
    'Add <code>manifest: FILE.csv</code>, or <code>&lt;b&gt;</code>',
  );
  expect(renderProse('one ` alone <i>').markup).toBe('one &#96; alone &lt;i&gt;');
});
