import { describe, expect, it } from 'vitest';
import { renderHtml } from '../../../../reports/writers/html/render-html.ts';
import { blockVerdict, smallBlockVerdict } from '../../../support/example-block.ts';
import { hostileStrings } from '../../../support/example-verdict.ts';

describe('renderHtml of a block', () => {
  it('has the parts of the first page in their order, the words before any number', () => {
    const page = renderHtml(blockVerdict());
    const order = [
      '<h1>Test report</h1>',
      '</span> Block: not accepted</h2>',
      '<p class="tally">29 of 32 nodes conform</p>',
      '<p class="in-the-way">In the way: 2 hardware defects',
      'id="map"',
      'id="punch-list"',
      'What was shown on the 29 that conform</h2>',
      'id="not-shown"',
      'id="trials"',
      'id="standings"',
      'id="counts"',
      'id="cells"',
      'id="assets"',
      'id="attempts"',
      'id="conditions"',
      'id="check"',
    ];
    const places = order.map((part) => page.indexOf(part));
    expect(places).not.toContain(-1);
    expect(places).toEqual([...places].sort((left, right) => left - right));
  });

  it('marks every node with a sign and a word, and links to its own report', () => {
    const page = renderHtml(blockVerdict());
    expect(page).toContain(
      '<span class="node bad"><span aria-hidden="true">✖</span> <a href="nodes/gpu014/report.html"><bdi>gpu014</bdi></a><span class="hidden"> fails</span></span>',
    );
    expect(page.match(/<a href="nodes\/gpu0\d\d\/report\.html">/g)).toHaveLength(32);
  });

  it('shows no cell that passes, but counts it', () => {
    const page = renderHtml(smallBlockVerdict());
    expect(page).toContain('<code>node3+node4:allreduce</code>');
    expect(page).not.toContain('node1:sha256</code></small>');
    expect(page).toContain('data-label="pass" class="number"><div>4</div>');
  });

  it('folds subjects that are open for one reason', () => {
    const base = smallBlockVerdict();
    const cells = base.cells.map((cell) =>
      cell.requirement === 'sha256'
        ? { ...cell, verdict: 'missing' as const, reason: 'no openssl', action: 'Install it.' }
        : cell,
    );
    expect(renderHtml({ ...base, cells })).toContain('<code>node[1-4]</code>');
  });

  it('links to nothing but a directory of the run, whatever a node is called', () => {
    const base = smallBlockVerdict();
    const block = base.block!;
    const ids = [...hostileStrings, '../../etc', '.', 'javascript:alert(1)', '//evil.example', 'fine-1.a_b'];
    const page = renderHtml({
      ...base,
      block: { ...block, nodes: ids.map((id) => ({ ...block.nodes[0]!, id, rack: id, slot: id })) },
    });
    const targets = [...page.matchAll(/(?:href|src)="([^"]*)"/g)].map(([, target]) => target);
    expect(targets).toEqual(['nodes/fine-1.a_b/report.html']);
    const tags = [...page.replaceAll(/"[^"]*"/g, '""').matchAll(/<[^>]+>/g)].map(([tag]) => tag);
    expect(tags.filter((tag) => /^<(script|link|img|base)\b|\son\w+=/i.test(tag))).toEqual([]);
  });
});
