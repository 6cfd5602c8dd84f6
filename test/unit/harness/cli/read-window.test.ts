import { describe, expect, it } from 'vitest';
import { readWindow } from '../../../../harness/cli/read-window.ts';

const read = (text: string, now: string, zone = 'Europe/Madrid') =>
  readWindow(text, new Date(now), zone).toISOString();

describe('the end of a window', () => {
  it.each([
    ['the same night', '05:30', '2026-11-30T00:15:00Z', '2026-11-30T04:30:00.000Z'],
    ['the next day', '05:30', '2026-11-29T22:00:00Z', '2026-11-30T04:30:00.000Z'],
    [
      'the night of the clock that is set forward',
      '05:30',
      '2026-03-28T23:00:00Z',
      '2026-03-29T03:30:00.000Z',
    ],
    ['the night of the clock that is set back', '05:30', '2026-10-24T22:30:00Z', '2026-10-25T04:30:00.000Z'],
    ['a time that is left out that night', '02:30', '2026-03-28T23:00:00Z', '2026-03-29T01:30:00.000Z'],
  ])('is on %s', (_, text, now, expected) => {
    expect(read(text, now)).toBe(expected);
  });

  it('is in the zone of the site', () => {
    expect(read('05:30', '2026-11-30T23:00:00Z', 'America/New_York')).toBe('2026-12-01T10:30:00.000Z');
  });

  it.each(['5:30', '24:00', '05:60', '', '05:30:00', 'morning'])('is no `%s`', (text) => {
    expect(() => read(text, '2026-11-30T00:15:00Z')).toThrow(/a time such as 05:30/);
  });

  it('is not tomorrow’s when tonight’s is over', () => {
    expect(() => read('05:30', '2026-11-30T05:00:00Z')).toThrow(/within 18 h/);
  });
});
