import { describe, expect, it } from 'vitest';
import { quickHash } from '../support/run-assay.ts';
import { first, hash, mebibyte, pattern, second, surveyPlayed } from '../support/stand-ins/survey-played.ts';
import { tell } from '../support/tell.ts';

// Accelerators through OpenCL, from the command line to the verdict: the devices are played by a stand-in that computes.

const triad = {
  ...pattern,
  id: 'triad',
  params: { target: 'device', what: 'triad', bytes: 4 * mebibyte, seconds: 0.1 },
};

const two = [`gpu ${first}`, `gpu ${second}`];
const text = (pattern: RegExp): string => expect.stringMatching(pattern) as string;

describe('accelerators that are played', () => {
  it('are measured, each for itself, in a rehearsal that says what it is', async () => {
    const { cell, verdict, page } = await surveyPlayed(two, { entries: [pattern, triad, hash] });
    for (const address of [first, second])
      expect(cell(address, 'memtest')).toMatchObject({ verdict: 'pass' });
    expect(verdict.rehearsal).toBe(true);
    expect(page.replaceAll(/\s+/g, ' ')).toMatch(/rehearsal – .* says nothing about any machine/i);
    const rates = verdict.measurements.filter(({ metric }) => metric === 'sha256.deviceHeaderHashRate');
    expect(rates.map(({ subject }) => subject)).toEqual([
      { kind: 'device', node: 'local', device: first },
      { kind: 'device', node: 'local', device: second },
    ]);
  });

  it('count for nothing where it is no rehearsal', async () => {
    const { cell, exitCode } = await surveyPlayed(two, { isRehearsal: false });
    for (const address of [first, second])
      expect(cell(address, 'memtest')).toMatchObject({
        verdict: 'invalid',
        reason: text(/stand-in library/),
      });
    expect(exitCode).toBe(2);
  });

  it('that the driver does not have are missing, and the others are measured', async () => {
    const entries = [pattern, hash, quickHash({ repetitions: 1, budgetSeconds: 30 })];
    const { cell, verdict } = await surveyPlayed([`gpu ${first}`], { entries });
    expect(cell(first, 'memtest')).toMatchObject({ verdict: 'pass' });
    expect(cell(second, 'memtest')).toMatchObject({
      verdict: 'missing',
      reason: text(/no OpenCL device is a GPU at this address; there is Played GPU, 0000:01:00\.0/),
    });
    // What the machine itself has computed is another matter.
    const exact = verdict.cells.find(({ id }) => id === 'local:sha256-exact');
    expect(exact?.verdict).toBe('pass');
  });

  it('that go away in the middle fail, in the words of their driver', async () => {
    const { cell } = await surveyPlayed([...two, 'lost 6']);
    expect(cell(first, 'memtest')).toMatchObject({ verdict: 'pass' });
    expect(cell(second, 'memtest')).toMatchObject({
      verdict: 'fail',
      owner: 'hardware',
      reason: text(/CL_OUT_OF_RESOURCES/),
    });
  });

  it('whose memory changes one bit fail', async () => {
    const { cell } = await surveyPlayed([...two, 'flip 4 4321']);
    expect(cell(first, 'memtest')).toMatchObject({ verdict: 'pass' });
    expect(cell(second, 'memtest')).toMatchObject({ verdict: 'fail', owner: 'hardware' });
  });

  it('that compute wrong results fail the survey', async () => {
    const { verdict, exitCode } = await surveyPlayed([...two, 'wrong'], { entries: [hash] });
    expect(exitCode).toBe(1);
    expect(tell(verdict.cells).find(({ id }) => id === 'local:sha256-exact')).toMatchObject({
      verdict: 'fail',
    });
  });

  it.each([
    ['a device that reports no address', ['cpu'], /Played GPU, without a PCI address of its own/],
    ['no platform at all', ['no-platform'], /no OpenCL device is a GPU at this address|no OpenCL/],
  ])('%s stands for none', async (_, scenario, reason) => {
    const { cell } = await surveyPlayed(scenario, { bus: { [first]: {} } });
    expect(cell(first, 'memtest')).toMatchObject({ verdict: 'missing', reason: text(reason) });
  });

  it('that mine are measured one after the other', async () => {
    const { verdict } = await surveyPlayed(two, {
      bus: { [first]: { device: '0x2504', current_link_width: '1' }, [second]: {} },
      entries: [hash],
    });
    const modes = verdict.measurements.map(({ dimensions }) => dimensions['concurrency']);
    expect(new Set(modes.filter((mode) => mode !== undefined))).toEqual(new Set(['alone']));
  });
});
