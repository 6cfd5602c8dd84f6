import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLineSplitter, encodeLine } from '../../../../agents/protocol/framing.ts';

describe('framing', () => {
  it('gives back every message whatever the chunking', () => {
    fc.assert(
      fc.property(
        fc.array(fc.jsonValue(), { maxLength: 20 }),
        fc.array(fc.nat(40), { maxLength: 60 }),
        (messages, cuts) => {
          const bytes = Buffer.from(messages.map(encodeLine).join(''));
          const split = createLineSplitter();
          const lines: string[] = [];
          let at = 0;
          for (const cut of [...cuts, bytes.length]) {
            lines.push(...split(bytes.subarray(at, at + cut)));
            at = Math.min(bytes.length, at + cut);
          }
          lines.push(...split(bytes.subarray(at)));
          expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(
            JSON.parse(JSON.stringify(messages)),
          );
        },
      ),
    );
  });

  it('splits a character of several bytes across chunks', () => {
    const bytes = Buffer.from(encodeLine('größer €'));
    const split = createLineSplitter();
    const lines = [...bytes].flatMap((byte) => split(Uint8Array.of(byte)));
    expect(lines).toEqual(['"größer €"']);
  });

  it('refuses a line that never ends instead of buffering it', () => {
    const split = createLineSplitter(10);
    expect(() => split(Buffer.from('12345678901'))).toThrow(
      'expected lines of at most 10 characters, got 11',
    );
  });
});
