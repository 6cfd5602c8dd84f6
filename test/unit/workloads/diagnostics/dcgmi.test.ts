import { describe, expect, it } from 'vitest';
import thresholds from '../../../../workloads/diagnostics/thresholds/any.json' with { type: 'json' };
import { dcgmi } from '../../../../workloads/diagnostics/tools/dcgmi.ts';
import { known, valueOf } from '../../../../workloads/kit/facts/fact.ts';
import type { StepOutputs } from '../../../../workloads/kit/tool.ts';
import type { Case } from '../../../support/case.ts';
import { fillFacts, loadCase } from '../../../support/case.ts';

const pass = loadCase('diagnostics', 'dcgmi-4.4.1-pass');
const monitor = loadCase('diagnostics', 'dcgmi-4.4.1-monitor');

/** What is read of a case whose diagnostics printed something else, or ended otherwise. */
function read(given: Case, change: (text: string) => string, exitCode?: number) {
  const { diag } = given.outputs;
  if (diag === undefined) throw new Error('expected the output of `diag`');
  const stdout = change(diag.stdout);
  if (exitCode === undefined && stdout === diag.stdout) throw new Error('expected another text');
  const outputs: StepOutputs = {
    ...given.outputs,
    diag: { ...diag, stdout, exitCode: exitCode ?? diag.exitCode },
  };
  return dcgmi.parse(outputs, { level: 2 });
}

/** Its last result, which is that of pcie on the last GPU, with another status. */
const withLast = (status: string) => (text: string) => {
  const at = text.lastIndexOf('"status" : "Pass"', text.lastIndexOf('"test_summary"'));
  return `${text.slice(0, at)}"status" : ${status}${text.slice(at + '"status" : "Pass"'.length)}`;
};
const named = (id: number, severity: number) =>
  `[{"error_category" : 1, "error_id" : ${id}, "error_severity" : ${severity}, "warning" : "so"}]`;

describe('dcgmi', () => {
  it('says at which level something was tested: software alone is nothing that a machine is accepted by', () => {
    const [required] = thresholds.limits.filter(({ id }) => id === 'diagnostics.hardware-failures');
    const persistence = loadCase('diagnostics', 'dcgmi-4.2.3-persistence');
    for (const [given, tested] of [
      [pass, 'hardware'],
      [persistence, 'software'],
    ] as const) {
      const parsed = dcgmi.parse(given.outputs, given.params as { level: 1 | 2 });
      expect(parsed.ok && parsed.value.readings.map(({ dimensions }) => dimensions['tested'])).toContain(
        tested,
      );
    }
    expect(required?.where).toEqual({ tested: 'hardware' });
  });

  it.each([
    [1, 40, 'record'],
    [2, 52, 'replace'],
    [3, 2, 'investigate'],
    [4, 62, 'investigate'],
    [5, 29, 'reconfigure'],
    [6, 84, 'reset'],
    // A severity of a later version: as the error is known.
    [7, 52, 'replace'],
    [7, 9999, 'investigate'],
  ])('fails what says Fail, and severity %d of error %d asks for: %s', (severity, id, repair) => {
    const parsed = read(pass, withLast(`"Fail", "warnings" : ${named(id, severity)}`), 226);
    const [bad, ...more] = parsed.ok ? parsed.value.readings.filter(({ value }) => value > 0) : [];
    expect(more).toEqual([]);
    expect(bad).toMatchObject({ value: 1, device: '0000:5d:00.0', dimensions: { repair } });
  });

  it('fails without a word on why, and with exit code 0', () => {
    const parsed = read(pass, withLast('"Fail"'));
    expect(parsed).toMatchObject({ ok: true });
    const bad = parsed.ok ? parsed.value.readings.filter(({ value }) => value > 0) : [];
    expect(bad).toMatchObject([{ dimensions: { error: 'pcie', repair: 'investigate' } }]);
  });

  it.each([
    ['was skipped', '"Skip"', 'pcie on GPU 3 was skipped'],
    ['ended with a warning', '"Warn"', 'pcie on GPU 3 ended with a warning'],
    [
      'names an error that asks for a repair',
      `"Pass", "warnings" : ${named(56, 4)}`,
      'pcie on GPU 3 says Pass and names MEMORY_ALLOC (56)',
    ],
  ])('passes no GPU where a test of one %s', (_, status, why) => {
    expect(read(pass, withLast(status))).toEqual({
      ok: true,
      value: { toolVersion: '4.4.1', readings: [], unmeasured: [{ why }] },
    });
  });

  it('keeps a failure beside what was skipped', () => {
    const parsed = read(monitor, (text) => text.replace('"status" : "Pass"', '"status" : "Skip"'));
    expect(parsed).toMatchObject({
      ok: true,
      value: {
        readings: [{ value: 1, device: '0000:2a:00.0' }],
        unmeasured: [{ why: 'software on GPU 0 was skipped' }],
      },
    });
  });

  it('fails the machine for what its summary alone says', () => {
    const at = (text: string): string =>
      text.replace(/("test_summary" : \s*\{\s*"status" : )"Pass"/, `$1"Fail", "warnings" : ${named(112, 5)}`);
    const parsed = read(pass, at, 226);
    expect(parsed.ok && parsed.value.readings[0]).toMatchObject({
      value: 1,
      dimensions: { error: 'software: FABRIC_MANAGER_TRAINING_ERROR (112)', repair: 'reconfigure' },
    });
    expect(parsed.ok && parsed.value.readings[0]?.device).toBeUndefined();
  });

  it.each([
    ['an exit code that says otherwise', (text: string) => text, 226, /expected exit code 0/],
    ['a status that nobody knows', withLast('"Passed"'), undefined, /Invalid option/],
    ['a GPU twice', (text: string) => text.replace('"entity_id" : 1', '"entity_id" : 0'), undefined, /order/],
    [
      'GPUs in another order',
      (text: string) =>
        text.replaceAll(/"entity_id" : ([01])/g, (_, id) => `"entity_id" : ${1 - Number(id)}`),
      undefined,
      /GPUs 0,1,2,3/,
    ],
    [
      'a test less',
      (text: string) => text.replace('"name" : "pcie"', '"name" : "nvbandwidth"'),
      undefined,
      /expected pcie on GPUs 0,1,2,3, got none/,
    ],
    [
      'another host engine',
      (text: string) => text.replace('"version" : "4.4.1"', '"version" : "4.2.3"'),
      undefined,
      /host engine/,
    ],
  ])('refuses %s', (_, change, exitCode, why) => {
    const parsed = read(pass, change, exitCode);
    expect(parsed.ok ? undefined : parsed.error).toMatch(why);
  });

  it('loads no consumer GPU and no machine that mines, and asks both for their settings', () => {
    const [gpu] = valueOf(pass.facts.accelerators) ?? [];
    if (gpu === undefined) throw new Error('expected an accelerator in the case');
    const whyNot = (level: 1 | 2, changes: object): string | undefined => {
      const needs = dcgmi.needs({ level }, fillFacts({ accelerators: [{ ...gpu, ...changes }] }));
      return needs.ok ? undefined : needs.error;
    };
    expect(whyNot(2, {})).toBeUndefined();
    expect(whyNot(2, { model: known('NVIDIA GeForce RTX 4090') })).toMatch(/not NVIDIA GeForce/);
    expect(whyNot(2, { purpose: known('mining') })).toMatch(/one at a time/);
    expect(whyNot(1, { model: known('NVIDIA GeForce RTX 4090'), purpose: known('mining') })).toBeUndefined();
    expect(whyNot(1, { usable: known(false) })).toMatch(/found none/);
  });
});
