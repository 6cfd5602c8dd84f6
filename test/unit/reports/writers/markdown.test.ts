import { describe, expect, it } from 'vitest';
import type { Verdict } from '../../../../reports/verdict/verdict.ts';
import { createLookup } from '../../../../reports/verdict/verdict-lookup.ts';
import { renderMarkdown } from '../../../../reports/writers/markdown.ts';
import { hostileVerdict, quoted } from '../../../support/example-verdict.ts';
import {
  acceptedVerdict,
  blockVerdict,
  clusterVerdict,
  vmVerdict,
} from '../../../support/judged-examples.ts';

const render = (verdict: Verdict): string => renderMarkdown(createLookup(verdict));

describe('renderMarkdown', () => {
  it('marks embedded numbers as indicative and unusable ones as invalid', () => {
    const text = render(vmVerdict());
    expect(text).toContain('| indicative: measured by Assay itself, satisfies no required cell |');
    expect(text).toContain('⊘ invalid: the scratch directory is on overlay |');
  });

  it('has the interval with the median', () => {
    const text = render(acceptedVerdict());
    expect(text).toContain('| 1.382 GB/s, 96 % interval 1.377 – 1.388 GB/s | 1.370 – 1.391 GB/s |');
    expect(text).toContain('| 1.524 TFLOPS | 1.512 – 1.531 TFLOPS |');
  });

  it('shows the nearest value with its margin and how many subjects it stands for', () => {
    expect(render(clusterVerdict())).toMatch(
      /\| All-reduce, 8 GPUs, 16 GiB, \*\*1 of 2\*\*, 3 readings, lowest on gpu-a \| ≥ 460 GB\/s \| 471\.1 GB\/s \| [^|]+ \| [^|]+ \| \+2\.4 % \|/,
    );
  });

  it('has the map of a block as fixed columns, the partner logic, and added trials', () => {
    const text = render(blockVerdict());
    expect(text).toContain('**✖ Block: not accepted.** 29 of 32 nodes conform.');
    expect(text).toContain('\n    U26  ✖ gpu014  ');
    expect(text).toContain('   gpu014 is bad with each of 4 partners');
    expect(text).toMatch(
      /\| gpu003\+gpu014 \(extra\), [^|]+ \| ✖ bad \| 5\.2 GB\/s, at least 10 GB\/s expected/,
    );
    expect(text).not.toContain('## Measured');
  });

  it('keeps every row of a table at its number of cells whatever a node calls itself', () => {
    const tables = render(hostileVerdict())
      .split('\n\n')
      .filter((block) => block.startsWith('| '));
    expect(tables.length).toBeGreaterThan(2);
    for (const block of tables) {
      const bars = block
        .trim()
        .split('\n')
        .map((line) => line.replace(/\\./g, '').split('|').length);
      expect(new Set(bars).size).toBe(1);
    }
  });

  it.each([
    ['a | b', 'a \\| b'],
    ['<b>', '\\<b\\>'],
    ['[x](https://e.example)', '\\[x\\](https:\\/\\/e.example)'],
    ['- item', '\\- item'],
    ['1. item', '1\\. item'],
    ['0.1.0', '0.1.0'],
    ['www.evil.example', 'www\\.evil.example'],
  ])('writes %j as %j', (headline, escaped) => {
    expect(render({ ...vmVerdict(), headline: quoted(headline) })).toContain(`\n\n${escaped}\n\n`);
  });

  it.each([
    ['vm-1', '`assay judge vm-1 '],
    ['$(id)', "`assay judge '$(id)' "],
    ["it's", String.raw`${'`'}assay judge 'it'\''s' `],
    ['-rf', "`assay judge '-rf' "],
    ['a``b', "``` assay judge 'a``b' "],
  ])('prints the run %j so that it can be pasted', (id, command) => {
    expect(render({ ...vmVerdict(), run: { ...vmVerdict().run, id } })).toContain(command);
  });
});
