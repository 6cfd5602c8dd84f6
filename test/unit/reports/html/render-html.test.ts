import { describe, expect, it } from 'vitest';
import { html, trusted } from '../../../../reports/writers/html/html.ts';
import { renderHtml } from '../../../../reports/writers/html/render-html.ts';
import { sampleStrip } from '../../../../reports/html/sample-strip.ts';
import {
  clusterVerdict,
  exampleCell,
  exampleMeasurement,
  exampleVerdict,
  hostileVerdict,
  unreachedVerdict,
  vmVerdict,
} from '../../../support/example-verdict.ts';

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
    const page = renderHtml(hostileVerdict());
    expect(page).toContain(
      `content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"`,
    );
    // Without attribute values: a label may quote what a node called itself. No big text in a failure message.
    const tags = [...page.replaceAll(/"[^"]*"/g, '""').matchAll(/<[^>]+>/g)].map(([tag]) => tag);
    expect(
      tags.filter((tag) =>
        /^<(script|link|img|iframe|object|embed|form|base|a)\b|\s(src|href|action|srcset|on\w+)=/i.test(tag),
      ),
    ).toEqual([]);
    expect(/url\(|@import/i.test(page)).toBe(false);
  });

  it('has the parts of the first page in their order', () => {
    const page = renderHtml(vmVerdict());
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
    const page = renderHtml(vmVerdict());
    expect(page).toContain('Matrix multiplication, FP32 <em class="tag">indicative</em>');
    expect(page).toContain('invalid</span> the scratch directory is on overlay</small>');
    expect(page).toContain('<i>unknown: no EDAC driver is loaded</i>');
  });

  it('never lets an empty punch list look like a pass', () => {
    expect(renderHtml(unreachedVerdict())).toContain('No defect is named. That is no pass');
    const cell = exampleCell({
      subject: 'n',
      requirement: 'r',
      title: 'R',
      dimension: 'D1',
      verdict: 'missing',
      reason: 'not run',
    });
    expect(renderHtml(exampleVerdict({ cells: [cell] }))).toContain('Not met and in no defect:');
  });

  it('says of how many subjects a row speaks', () => {
    expect(renderHtml(clusterVerdict())).toContain('<b><span class="figure">1 of 2</span></b>');
  });

  it('folds a dimension only when all of it is met', () => {
    const page = renderHtml(clusterVerdict());
    expect(page).toContain('<details open><summary><b>D1 Chip fitness</b>');
    expect(page).toContain('<details><summary><b>D3 Device memory</b>');
  });
});

describe('sampleStrip', () => {
  const strip = (values: readonly number[]) =>
    sampleStrip(exampleMeasurement(values, { metric: 'm.x', title: 'X', unit: 'W', subject: 'n', tool: 't' }))
      .markup;

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
  });
});
