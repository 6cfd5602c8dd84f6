import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ManifestPart } from '../../../../../../harness/config/manifest.ts';
import { compareManifest } from '../../../../../../harness/judge/rules/manifest/compare-manifest.ts';
import { known, unknown } from '../../../../../../workloads/kit/facts/fact.ts';
import type { Drive } from '../../../../../../workloads/kit/facts/host-facts.ts';
import { manifestParts } from '../../../../../../workloads/kit/requirement.ts';
import { mergeFacts, nvmeDrive } from '../../../../../support/constructed/facts.ts';

const models = ['X1', 'Y1', 'Z1'];
const manifestOf = (parts: readonly ManifestPart[]) => ({
  schema: 'assay/manifest' as const,
  schemaVersion: 1 as const,
  parts: [...parts],
});
const verdicts = (parts: readonly ManifestPart[], drives: readonly Drive[]) =>
  compareManifest(manifestOf(parts), 'a', mergeFacts({ drives: known([...drives]) })).map(
    ({ verdict }) => verdict,
  );
const isPass = (all: readonly string[]) => all.length > 0 && all.every((verdict) => verdict === 'pass');

const drives = fc
  .array(fc.constantFrom(...models), { minLength: 1, maxLength: 6 })
  .map((list) => list.map((model, index) => nvmeDrive({ serial: known(`S${index}`), model: known(model) })));
/** How a row lists a drive of these. */
const style = fc.constantFrom('both', 'serial', 'model', 'neither');
const rowOf = (drive: Drive, how: string): ManifestPart => ({
  node: 'a',
  part: 'drive',
  count: 1,
  ...(how === 'both' || how === 'model' ? { model: 'value' in drive.model ? drive.model.value : '' } : {}),
  ...(how === 'both' || how === 'serial'
    ? { serial: 'value' in drive.serial ? drive.serial.value : '' }
    : {}),
});
const listed = drives.chain((list) =>
  fc
    .array(style, { minLength: list.length, maxLength: list.length })
    .map((styles) => ({ list, rows: list.map((drive, index) => rowOf(drive, styles[index] ?? 'both')) })),
);

describe('compareManifest', () => {
  it('passes a node that has what its manifest lists, however it lists it', () => {
    fc.assert(
      fc.property(listed, ({ list, rows }) => {
        expect(verdicts(rows, list).filter((verdict) => verdict !== 'pass')).toEqual([]);
      }),
    );
  });
  it('fails when a drive is taken out, or one of a listed model is put in', () => {
    fc.assert(
      fc.property(listed, fc.nat(), ({ list, rows }, at) => {
        const index = at % list.length;
        expect(verdicts(rows, list.toSpliced(index, 1))).toContain('fail');
        const more = nvmeDrive({ serial: known('S99'), model: list[index]?.model ?? known('X1') });
        expect(verdicts(rows, [...list, more])).toContain('fail');
      }),
    );
  });
  it('fails when a drive that is listed by serial is exchanged for one of the same model', () => {
    fc.assert(
      fc.property(drives, fc.nat(), (list, at) => {
        const rows = list.map((drive) => rowOf(drive, 'both'));
        const exchanged = list.with(at % list.length, {
          ...(list[at % list.length] ?? nvmeDrive()),
          serial: known('S99'),
        });
        expect(verdicts(rows, exchanged).filter((verdict) => verdict === 'fail')).toHaveLength(2);
      }),
    );
  });
  it('never passes because something is not known', () => {
    const blindness = fc.array(fc.constantFrom('serial', 'model', 'both', 'none'), {
      minLength: 12,
      maxLength: 12,
    });
    fc.assert(
      fc.property(listed, drives, blindness, ({ list, rows }, others, blind) => {
        for (const found of [list, others]) {
          const veiled = found.map((drive, index) => ({
            ...drive,
            ...(/serial|both/.test(blind[index] ?? '') ? { serial: unknown('hidden') } : {}),
            ...(/model|both/.test(blind[index] ?? '') ? { model: unknown('hidden') } : {}),
          }));
          const isAnyStyleWithModel = rows.every(({ model }) => model !== undefined);
          // A stranger of a model that no row names is told by its serial alone.
          const names = new Set(rows.map(({ model }) => model));
          const isCounted =
            !isAnyStyleWithModel ||
            found.every((drive) => 'value' in drive.model && names.has(drive.model.value));
          if (isCounted && !isPass(verdicts(rows, found))) expect(isPass(verdicts(rows, veiled))).toBe(false);
        }
      }),
      { numRuns: 2000 },
    );
  });
  it('never passes when nothing is known', () => {
    const row = fc.record({
      node: fc.constant('a'),
      part: fc.constantFrom(...manifestParts),
      model: fc.constantFrom('X1', '64 GiB'),
      count: fc.integer({ min: 1, max: 9 }),
    });
    const facts = mergeFacts({ accelerators: unknown('no'), drives: unknown('no'), nics: unknown('no') });
    const dark = {
      ...facts,
      memory: { ...facts.memory, totalBytes: unknown('no') },
      cpu: { ...facts.cpu, sockets: unknown('no') },
    };
    fc.assert(
      fc.property(fc.array(row, { minLength: 1 }), fc.boolean(), (rows, hasSerial) => {
        const parts = rows.map((each, index) =>
          hasSerial ? { ...each, serial: `S${index}`, count: 1 } : each,
        );
        const found = compareManifest(manifestOf(parts), 'a', dark).map(({ verdict }) => verdict);
        expect(found.length).toBeGreaterThan(0);
        expect(found).not.toContain('pass');
      }),
    );
  });
});
