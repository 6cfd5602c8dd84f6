import { existsSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { KeptPunchList } from '../../reports/verdict/punch-list.ts';
import { hgxBuses, hgxServer, sixEvidence } from '../support/constructed/six-evidence.ts';
import { writeRunDirectory } from '../support/constructed-run-directory.ts';
import { runAssay } from '../support/run-assay.ts';
import { removeFolder } from '../support/temporary.ts';

const profile = 'ai-training-singlenode';
const cwd = mkdtempSync(join(tmpdir(), 'assay-punch-list-'));
afterAll(() => removeFolder(cwd));

beforeAll(async () => {
  const seven = {
    ...sixEvidence.healthyH100,
    probes: hgxServer(hgxBuses.filter((bus) => bus !== '9d')),
  };
  await writeRunDirectory(join(cwd, 'first'), {
    nodes: [seven],
    profile,
    id: 'first',
    startedAt: '2026-11-01T00:00:00.000Z',
  });
  await writeRunDirectory(join(cwd, 'second'), {
    nodes: [sixEvidence.healthyH100],
    profile,
    id: 'second',
    startedAt: '2026-11-08T00:00:00.000Z',
  });
}, 60_000);

it('keeps what a run found until another one was right, and writes it in four forms', async () => {
  const first = await runAssay(['punch-list', 'first', '--json'], { cwd });
  expect(first.exitCode).toBe(1);
  const alone = KeptPunchList.parse(JSON.parse(first.stdout));
  const count = ({ entries }: KeptPunchList) =>
    entries.find(({ cells }) => cells.some((cell) => cell.endsWith(':accelerator-count')));
  expect(count(alone)).toMatchObject({ state: 'open', why: 'found', verdict: 'fail', first: 'first' });
  const both = await runAssay(['punch-list', 'second', 'first', '--json', '--out', 'list'], { cwd });
  const kept = KeptPunchList.parse(JSON.parse(both.stdout));
  expect(kept.runs.map(({ id }) => id)).toEqual(['first', 'second']);
  expect(count(kept)).toMatchObject({ state: 'verified', why: 'read-anew', right: 'second' });
  // What neither of them measured waits, once.
  expect(kept.exitCode).toBe(2);
  expect(both.exitCode).toBe(2);
  expect(readdirSync(join(cwd, 'list')).toSorted()).toEqual(
    ['csv', 'html', 'json', 'md'].map((form) => `punch-list.${form}`),
  );
  expect(readFileSync(join(cwd, 'list/punch-list.csv'), 'utf8')).toMatch(/^verified,gpu001,/m);
});

it('refuses what it cannot take, and writes nothing', async () => {
  const refuse = async (...args: readonly string[]) => {
    const { exitCode, stderr } = await runAssay(['punch-list', ...args, '--out', 'other'], { cwd });
    expect(existsSync(join(cwd, 'other'))).toBe(false);
    return `${exitCode} ${stderr}`;
  };
  expect(await refuse('first', 'first')).toMatch(/^64 .*expected each run once, got first twice/);
  expect(await refuse('first', '--repaired', 'gpu001')).toMatch(/^64 .*expected --repaired NODE=PART/);
  expect(await refuse('first', '--repaired', 'gpu01=cable')).toMatch(/^64 [^]*Did you mean `gpu001`/);
  expect(await refuse('first', '--profile', 'cpu-clusters')).toMatch(/^64 .*expected the profile/);
});
