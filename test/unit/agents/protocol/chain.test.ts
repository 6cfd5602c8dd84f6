import { describe, expect, it } from 'vitest';
import { readChain, sha256 } from '../../../../agents/protocol/chain.ts';

const head = sha256('the run header');

/** Two records, chained by hand. */
function chained(): string[] {
  const first = JSON.stringify({
    seq: 0,
    prev: head,
    at: '2026-11-23T03:00:00.000Z',
    type: 'attached',
    from: 0,
  });
  const second = JSON.stringify({
    seq: 1,
    prev: sha256(first),
    at: '2026-11-23T03:00:01.000Z',
    type: 'closed',
    reason: 'done',
  });
  return [first, second];
}

const text = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');

describe('readChain', () => {
  it('accepts a chain that continues from the run header', () => {
    const chain = readChain(text(chained()), head);
    expect(chain.ok && chain.value.records.map((record) => record.type)).toEqual(['attached', 'closed']);
  });

  it.each([
    ['another head', text(chained()), sha256('another run'), 'line 1: does not continue the line before it'],
    ['a missing first line', text(chained().slice(1)), head, 'line 1: expected seq 0, got 1'],
    [
      'a changed line',
      text(chained()).replace('done', 'fine').replace('"from":0', '"from":7'),
      head,
      'line 2: does not continue the line before it',
    ],
    ['a torn last line', text(chained()).slice(0, -1), head, 'the last line is torn (no line feed)'],
    ['other text', 'hello\n', head, 'line 1: Invalid input: expected object, received undefined'],
  ])('refuses %s', (_, journal, start, error) => {
    expect(readChain(journal, start)).toEqual({ ok: false, error });
  });

  it('is empty for an empty journal', () => {
    expect(readChain('', head)).toEqual({ ok: true, value: { records: [], place: { records: 0, head } } });
  });
});
