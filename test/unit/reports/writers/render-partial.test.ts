import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { displayWidth } from '../../../../reports/text/display-width.ts';
import { renderPartial } from '../../../../reports/writers/render-partial.ts';
import { quoted } from '../../../support/example-verdict.ts';

const words = 'All-reduce: expected at least 125 MB/s, found 98.00 MB/s';
const reason = quoted(words);

describe('renderPartial', () => {
  it.each([
    [
      { id: 'node2', conclusion: 'pass', reason: quoted(''), passed: 14, open: 0 },
      '● node2  conforms so far: 14 required cells pass',
    ],
    [{ id: 'node3', conclusion: 'fail', reason, passed: 13, open: 1 }, `✖ node3  fails: ${words}`],
    [
      { id: 'n', conclusion: 'undecided', reason: quoted('Clock: not run'), passed: 1, open: 2 },
      '◐ n  undecided, 1 required cell passes, 2 not: Clock: not run',
    ],
    [
      { id: 'n', conclusion: 'unreached', reason: quoted('connection refused'), passed: 0, open: 0 },
      '○ n  not reached: connection refused',
    ],
  ] as const)('says how %j stands', (node, line) => {
    expect(renderPartial(node)).toBe(line);
  });

  it('is one line of plain characters within its width, whatever a node says', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.string({ unit: 'binary' }),
        fc.integer({ min: 20, max: 120 }),
        (id, why, columns) => {
          const line = renderPartial(
            { id, conclusion: 'fail', reason: quoted(why), passed: 0, open: 1 },
            columns,
          );
          expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
          expect(displayWidth(line)).toBeLessThanOrEqual(columns);
        },
      ),
    );
  });

  it('tells by an ellipsis that something was cut', () => {
    expect(renderPartial({ id: 'node3', conclusion: 'fail', reason, passed: 0, open: 1 }, 30)).toBe(
      '✖ node3  fails: All-reduce: e…',
    );
  });
});
