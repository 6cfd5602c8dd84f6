import { describe, expect, it } from 'vitest';
import { adviseOn, joinAdvice, ownerOf } from '../../../../harness/judge/missing-action.ts';
import { describeCount } from '../../../../harness/judge/rules/counted-fact.ts';
import type { Cell } from '../../../../reports/verdict/cell.ts';
import type { Said, Spoken } from '../../../../reports/verdict/said.ts';
import { say } from '../../../../reports/verdict/words/say.ts';
import { known } from '../../../../workloads/kit/facts/fact.ts';
import { h100 } from '../../../support/constructed/facts.ts';

const advise = (missing: Cell['missing'], reason: Said): string => {
  const action = adviseOn({ verdict: 'missing', missing, reason });
  return action === undefined ? 'nothing' : say(action);
};
/** As a part of what is said. */
const spoken = (it: Said): Spoken => it;
const lacks = (...programs: string[]): Said => ({
  say: 'lacks',
  programs,
  headers: [],
  libraries: [],
  cpuFlags: [],
});

describe('what to do about a gap names what is lacking', () => {
  it.each([
    [
      'no-tool',
      {
        say: 'no-tool',
        entries: [
          {
            entry: 'nvme',
            reason: spoken({
              say: 'tools-lack',
              tools: [
                { tool: 'fio', why: lacks('fio') },
                { tool: 'other', why: lacks('other') },
              ],
            }),
          },
        ],
      },
      'Install fio on the node, then run again.',
    ],
    ['not-run', { say: 'no-soak', suite: 'x' }, 'Certify with --soak: the profile says for how many hours.'],
    [
      'no-subject',
      { say: 'no-device', device: 'accelerator' },
      'Nothing, where the machine is to have no accelerator. Otherwise find out why none is on the bus: seat, power, slot, BIOS.',
    ],
    ['no-claim', { say: 'no-golden', known: 2 }, 'Add to the inventory: `golden: NODE`.'],
    ['no-claim', { say: 'no-manifest' }, 'Add to the inventory: `manifest: FILE.csv`.'],
    [
      'no-claim',
      { say: 'no-claim', path: 'drives.length' },
      'Add to the inventory: `drives.length` (a claim, or a class that claims it).',
    ],
    [
      'unknown-fact',
      {
        say: 'fact-unknown',
        unknown: 'needs root: /sys/class/dmi/id/product_serial is readable by root only',
      },
      'Give the agent what this fact needs: the rights of root.',
    ],
    [
      'unknown-fact',
      {
        say: 'all',
        of: [
          spoken({
            say: 'part-unknown',
            part: 'psu',
            serial: 'P1',
            unknown: '`dmidecode` is not on the PATH',
          }),
          spoken({
            say: 'part-unknown',
            part: 'psu',
            serial: 'P2',
            unknown: '`dmidecode` is not on the PATH',
          }),
        ],
      },
      'Give the agent what this fact needs: the program dmidecode.',
    ],
    [
      'no-driver',
      { say: 'no-driver', label: 'gpu1/0000:1b:00.0' },
      'Install the driver of gpu1/0000:1b:00.0, or reseat it if the driver is there, then run again.',
    ],
  ] as const satisfies readonly (readonly [
    Cell['missing'],
    Said,
    string,
  ])[])('%s (%#)', (missing, reason, words) => {
    expect(advise(missing, reason)).toBe(words);
  });
  it('and without a name says where to look', () => {
    expect(advise('unknown-fact', { say: 'fact-unknown', unknown: 'lscpu does not report it' })).toMatch(
      /the reason names/,
    );
  });
  it('of many cells of one cause names what each lacks, once', () => {
    const claims = ['a.b', 'a.c', 'a.b'].map((path) =>
      adviseOn({ verdict: 'missing', missing: 'no-claim', reason: { say: 'no-claim', path } }),
    );
    const joined = joinAdvice(claims);
    expect(joined && say(joined)).toBe(
      'Add to the inventory: `a.b` (a claim, or a class that claims it), `a.c` (a claim, or a class that claims it).',
    );
  });
});

describe('a number has a noun', () => {
  const said = (path: string, root: unknown, expected: number, found: number, unit?: 'B'): string =>
    say(
      spoken({
        say: 'fact',
        comparator: 'atMost',
        expected,
        found,
        ...(unit === undefined ? {} : { unit }),
        ...describeCount(root, path),
      }),
    );
  it('and what is counted is listed', () => {
    const reasons = ['the mining process `xmrig` is running', 'b', 'c', 'd'];
    expect(said('occupancy.reasons.length', { occupancy: { reasons: known(reasons) } }, 0, 4)).toBe(
      'expected at most 0 uses, found 4: the mining process `xmrig` is running; b; c; and 1 more',
    );
    expect(said('occupancy.length', h100(0, { occupancy: known(['runs the process 7 python']) }), 0, 1)).toBe(
      'expected at most 0 uses, found 1: runs the process 7 python',
    );
    expect(said('accelerators.length', { accelerators: known([h100(0)]) }, 1, 1)).toBe(
      'expected at most 1 accelerator, found 1',
    );
    expect(said('link.width', h100(0), 8, 4)).toBe('expected at most 8 lanes, found 4');
  });
  it('and a limit that is none is called so', () => {
    expect(said('limits.memlockBytes', {}, 1e18, 65_536, 'B')).toBe('expected no limit, found 65.54 kB');
  });
});

it('asks for a native tool where only our own kernel measured', () => {
  const action = adviseOn({
    verdict: 'invalid',
    missing: undefined,
    reason: { say: 'indicative', tool: 'kernel' },
  });
  expect(action && say(action)).toContain('Install a native tool for it');
});

it('blames no part for a device that was never seen', () => {
  const reason: Said = { say: 'no-device', device: 'accelerator' };
  expect(ownerOf({ verdict: 'missing', missing: 'no-subject', reason })).toBe('configuration');
  expect(ownerOf({ verdict: 'missing', missing: 'no-subject', reason: { say: 'one-node' } })).toBeUndefined();
});
