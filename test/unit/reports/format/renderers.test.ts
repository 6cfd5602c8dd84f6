import { describe, expect, it } from 'vitest';
import { displayWidth } from '../../../../reports/text/display-width.ts';
import { foldShown } from '../../../../reports/format/fold-shown.ts';
import { renderJunit } from '../../../../reports/writers/junit.ts';
import { renderMarkdown } from '../../../../reports/writers/markdown.ts';
import { renderPunchList } from '../../../../reports/writers/punch-list.ts';
import { renderTerminal } from '../../../../reports/writers/terminal.ts';
import { renderHtml } from '../../../../reports/writers/html/render-html.ts';
import {
  clusterVerdict,
  exampleCell,
  exampleVerdict,
  hostileVerdict,
  unreachedVerdict,
  vmVerdict,
} from '../../../support/example-verdict.ts';

const escapeSequence = new RegExp(`${String.fromCharCode(27)}\\[\\d+m`, 'g');

describe('renderTerminal', () => {
  it.each([40, 60, 80, 110, 200])('keeps every line within %d columns', (columns) => {
    for (const verdict of [vmVerdict(), clusterVerdict(), unreachedVerdict(), hostileVerdict()]) {
      for (const line of renderTerminal(verdict, { columns, color: false }).split('\n'))
        expect(displayWidth(line)).toBeLessThanOrEqual(columns);
    }
  });

  it('says the same with and without colour', () => {
    const plain = renderTerminal(vmVerdict(), { columns: 80, color: false });
    const coloured = renderTerminal(vmVerdict(), { columns: 80, color: true });
    expect(coloured).not.toBe(plain);
    expect(coloured.replace(escapeSequence, '')).toBe(plain);
  });

  it('puts the verdict in words before the punch list, and what was not shown after what was measured', () => {
    const text = renderTerminal(vmVerdict(), { columns: 80, color: false });
    const places = [
      'Screening report',
      'DOES NOT CONFORM',
      'vm-1: D',
      'because no accelerator',
      'PUNCH LIST (2)',
      'MEASURED',
      'NOT SHOWN',
    ].map((word) => text.indexOf(word));
    expect(places).toEqual([...places].sort((left, right) => left - right));
    expect(places).not.toContain(-1);
    expect(text).toMatch(/SHA-256, cores 1 \(openssl\) +3 +1\.384 GB\/s +1\.370 – 1\.391 GB\/s/);
  });
});

describe('a survey', () => {
  it('opens with what the machine can be used for, in every rendering, not with a promise it never made', () => {
    const base = vmVerdict();
    const verdict = { ...base, profile: { ...base.profile, id: 'survey' } };
    const words = `D: ${base.assets[0]?.meaning ?? ''}`;
    expect(renderTerminal(verdict, { columns: 80, color: false })).toContain(`■ ${words.toUpperCase()}`);
    expect(renderMarkdown(verdict)).toContain(`■ ${words}`);
    expect(renderHtml(verdict)).toContain(`</span> ${words}</h2>`);
  });
});

describe('renderMarkdown', () => {
  it('marks embedded numbers as indicative and unusable ones as invalid', () => {
    const text = renderMarkdown(vmVerdict());
    expect(text).toContain('| 44.00 GFLOPS | *indicative* |');
    expect(text).toContain('⊘ invalid: the scratch directory is on overlay |');
  });

  it('shows the nearest value with its margin and how many subjects it stands for', () => {
    expect(renderMarkdown(clusterVerdict())).toContain(
      '| All-reduce, 8 GPUs, 16 GiB | ≥ 460 GB/s | lowest 471.1 GB/s | +2.4 % | 1 of 2 |',
    );
  });

  it('keeps every row of a table at its number of cells whatever a node calls itself', () => {
    const tables = renderMarkdown(hostileVerdict())
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
});

describe('renderJunit', () => {
  it('fails a required cell that is not met with the word as type, and skips an advisory one with a message', () => {
    const text = renderJunit(vmVerdict());
    for (const word of ['fail', 'missing', 'inconclusive'])
      expect(text).toContain(`<failure type="${word}" message="${word}: `);
    expect(text).toContain('<skipped message="advisory invalid: the scratch directory');
    expect(text).toContain('tests="7" failures="4" errors="0" skipped="1"');
  });

  it('is red when nothing was reached and no cell exists', () => {
    expect(renderJunit(unreachedVerdict())).toContain('tests="1" failures="1"');
  });
});

describe('renderPunchList', () => {
  it('writes one row for each defect with CRLF ends', () => {
    const lines = renderPunchList(vmVerdict()).split('\r\n');
    expect(lines).toHaveLength(4);
    expect(lines[0]).toBe(
      'defect,node,rack,slot,subject,part,owner,verdict,symptom,expected,found,action,retest,blame,cells,evidence',
    );
    expect(lines[2]).toBe(
      'd2,vm-1,,,vm-1,,environment,inconclusive,The clock offset cannot be told from its limit.,≤ 50 ms,"41.00 ms (38.20 – 61.10 ms, n = 3)",Let the clock settle for ten minutes and survey again.,,,vm-1:clock,nodes/vm-1/steps/clock-1/stdout',
    );
  });

  it.each([
    ['=1+1', "'=1+1"],
    ['+1', "'+1"],
    ['-1', "'-1"],
    ['@x', "'@x"],
    ['\t=1', "' =1"],
    ['"=1"', '"\'""=1"""'],
    ['a "b", c', '"a ""b"", c"'],
  ])('disarms and quotes the field %j', (symptom, field) => {
    const base = vmVerdict();
    const row = renderPunchList({ ...base, defects: [{ ...base.defects[0]!, symptom, id: 'id' }] }).split(
      '\r\n',
    )[1];
    expect(row?.startsWith(`id,vm-1,,,vm-1,,hardware,fail,${field},`)).toBe(true);
  });
});

describe('foldShown', () => {
  it('never folds cells with different limits, and counts those that do not pass', () => {
    const cell = (subject: string, value: number, verdict: 'pass' | 'fail') =>
      exampleCell({
        subject,
        requirement: 'r',
        title: 'R',
        dimension: 'D1',
        verdict,
        reason: 'x',
        limit: { id: 'l', comparator: 'atLeast', expected: { value, unit: 'W' }, source: 's' },
        observed: { kind: 'samples', unit: 'W', n: 1, median: 12, min: 12, max: 12, steps: [] },
      });
    const rows = foldShown(
      exampleVerdict({ cells: [cell('a', 10, 'pass'), cell('b', 11, 'pass'), cell('c', 10, 'fail')] }),
    );
    expect(rows.map((row) => [row.limit, row.passed, row.applicable])).toEqual([
      ['≥ 10 W', 1, 3],
      ['≥ 11 W', 1, 3],
    ]);
  });
});
