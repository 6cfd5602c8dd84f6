import { existsSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PackReader } from '../../../../harness/store/pack-reader.ts';
import { PackWriter } from '../../../../harness/store/pack-writer.ts';
import type { RunDirectory } from '../../../../harness/store/run-directory.ts';
import { AssayError } from '../../../../workloads/kit/assay-error.ts';
import { createSmallRun } from '../../../support/small-run.ts';
import { temporaryDirectory } from '../../../support/temporary.ts';

type Files = ReadonlyMap<string, Uint8Array>;
type Steps = ReadonlyMap<string, Files>;

const content = fc.uint8Array({ maxLength: 1100 });
const filesOf = fc
  .tuple(fc.dictionary(fc.stringMatching(/^[a-d]{1,2}\.std$/), content, { maxKeys: 3 }), content)
  .map(([files, exit]): Files => new Map([...Object.entries(files), ['exit.json', exit]]));
const stepsOf = fc
  .dictionary(fc.stringMatching(/^r[0-9]-[a-c]{1,3}$/), filesOf, { minKeys: 1, maxKeys: 4 })
  .map((steps): Steps => new Map(Object.entries(steps)));

/** Packs steps as node n1 of a run. */
async function write(run: RunDirectory, steps: Steps): Promise<Buffer> {
  const writer = await PackWriter.open(run, 'n1', []);
  for (const [step, files] of steps) await writer.append(step, files);
  await writer.close();
  return readFileSync(tarOf(run));
}

const tarOf = (run: RunDirectory): string => join(run.path, 'nodes/n1/evidence.tar');
const indexOf = (run: RunDirectory): string => join(run.path, 'nodes/n1/evidence.json');
const plain = (steps: Steps): unknown =>
  [...steps].map(([step, files]) => [step, [...files].map(([name, bytes]) => [name, [...bytes]])]);

/** All that a pack holds, or the code of why it is refused. */
async function read(run: RunDirectory): Promise<unknown> {
  try {
    await using reader = await PackReader.open(run, 'n1', Infinity);
    const steps = new Map<string, Files>();
    for (const step of reader.names) {
      const files = await reader.read(step);
      steps.set(step, new Map([...files].map(([name, { bytes }]) => [name, bytes])));
    }
    return plain(steps);
  } catch (cause) {
    return AssayError.from(cause).code;
  }
}

/** Runs a property in one run directory, which is empty for each case. */
async function holds<T>(
  arbitrary: fc.Arbitrary<T>,
  check: (run: RunDirectory, value: T) => Promise<void>,
): Promise<void> {
  const run = await createSmallRun(join(temporaryDirectory(), 'run'));
  const property = fc.asyncProperty(arbitrary, async (value) => {
    rmSync(tarOf(run), { force: true });
    rmSync(indexOf(run), { force: true });
    await check(run, value);
  });
  await fc.assert(property, { numRuns: 100 });
}

/** A part of a length; doubles of fast-check crowd at 0. */
const place = fc.nat(999_999).map((millionths) => millionths / 1_000_000);

describe('a pack', () => {
  it('gives back what was put in, with its index and without', async () => {
    await holds(stepsOf, async (run, steps) => {
      await write(run, steps);
      expect(await read(run)).toEqual(plain(steps));
      rmSync(indexOf(run));
      expect(await read(run)).toEqual(plain(steps));
    });
  });

  it('that was cut at any byte holds whole steps, and becomes the same when it is continued', async () => {
    await holds(fc.tuple(stepsOf, place), async (run, [steps, at]) => {
      const whole = await write(run, steps);
      rmSync(indexOf(run));
      truncateSync(tarOf(run), Math.floor(at * (whole.length + 1)));
      const kept = (await read(run)) as [string, unknown][];
      expect(kept).toEqual((plain(steps) as unknown[]).slice(0, kept.length));
      // The journal may name fewer than are here whole: it is written after them.
      const named = kept.slice(0, Math.ceil(at * kept.length)).map(([step]) => step);
      const writer = await PackWriter.open(run, 'n1', named);
      for (const [step, files] of steps) if (!named.includes(step)) await writer.append(step, files);
      await writer.close();
      expect(readFileSync(tarOf(run)).equals(whole)).toBe(true);
    });
  });

  it('with any bit changed is refused', async () => {
    await holds(fc.tuple(stepsOf, place, fc.integer({ min: 0, max: 7 })), async (run, [steps, at, bit]) => {
      const changed = Buffer.from(await write(run, steps));
      const byte = Math.floor(at * changed.length);
      changed[byte] = (changed[byte] ?? 0) ^ (1 << bit);
      writeFileSync(tarOf(run), changed);
      expect(await read(run)).toBe('EVIDENCE_DAMAGED');
    });
  });

  it('is refused, or says the same, with any byte of its index changed', async () => {
    await holds(fc.tuple(stepsOf, place, fc.nat(127)), async (run, [steps, at, to]) => {
      await write(run, steps);
      const changed = readFileSync(indexOf(run));
      changed[Math.floor(at * changed.length)] = to;
      writeFileSync(indexOf(run), changed);
      const found = await read(run);
      if (found !== 'EVIDENCE_DAMAGED' && found !== 'SCHEMA_TOO_NEW') expect(found).toEqual(plain(steps));
    });
  });

  it('of any bytes at all is refused, or holds nothing', async () => {
    await holds(fc.uint8Array({ maxLength: 2000 }), async (run, bytes) => {
      await write(run, new Map([['r1', new Map([['exit.json', Buffer.from('{}')]])]]));
      rmSync(indexOf(run));
      writeFileSync(tarOf(run), bytes);
      const found = await read(run);
      if (found !== 'EVIDENCE_DAMAGED') expect(found).toEqual([]);
      expect(existsSync(indexOf(run))).toBe(false);
    });
  });
});
