import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { addRuns } from '../../../../harness/cli/add-nights.ts';
import type { CliContext } from '../../../../harness/cli/command.ts';
import { createCommandLine } from '../../../../harness/cli/command-line.ts';
import { importFiles } from '../../../../harness/cli/keep-nights.ts';
import { openHistory } from '../../../../harness/cli/open-history.ts';
import { Contract } from '../../../../harness/config/contract.ts';
import { readEnvironment } from '../../../../harness/environment.ts';
import { itemsOf } from '../../../../harness/evidence/identity.ts';
import { shortItem } from '../../../../harness/evidence/ledger-entry.ts';
import { enter, initLedger } from '../../../../harness/store/ledger.ts';
import { RunDirectory } from '../../../../harness/store/run-directory.ts';
import { Claim } from '../../../../reports/verdict/claim.ts';
import { AssayError } from '../../../../workloads/kit/assay-error.ts';
import { readHostFacts } from '../../../../workloads/kit/facts/read-host-facts.ts';
import { recordedStep } from '../../../support/constructed/recorded-step.ts';
import { writeRunDirectory } from '../../../support/constructed-run-directory.ts';
import { temporaryDirectory } from '../../../support/temporary.ts';
import { constructed } from '../../workloads/kit/facts/documents.ts';

const probes = constructed({});
/** It gives 23.5 GB/s. */
const steps = [1, 2, 3].map((repetition) => recordedStep('memory', 'triad-gcc12.2.0-all', { repetition }));
const items = itemsOf(readHostFacts(probes)).map(shortItem);

/** Begun with a contract that asks for less. */
async function writeNight(path: string, day: string): Promise<RunDirectory> {
  await writeRunDirectory(path, {
    ...{ id: `night-${day}`, startedAt: `2026-11-${day}T01:00:00.000Z`, profile: 'cpu-cluster' },
    contract: Contract.parse(JSON.parse(contract('10 GB/s'))),
    nodes: [{ id: 'gpu007', class: 'hall-node', probes, steps }],
  });
  return RunDirectory.open(path);
}

const contract = (atLeast: string, changes: object = {}) =>
  JSON.stringify({
    ...{ schema: 'assay/contract', schemaVersion: 1, id: 'hall-3', title: 'Annex B', by: 'Example Ltd' },
    ...{ date: '2026-11-01', profile: 'cpu-cluster', class: 'hall-node' },
    limits: [{ requirement: 'memory-speed', atLeast, says: 'row 4' }],
    ...changes,
  });

/** A user who has nothing yet. */
function begin() {
  const cwd = temporaryDirectory();
  const stateHome = join(cwd, 'state');
  const out = new PassThrough();
  const context: CliContext = {
    environment: { ...readEnvironment(), workingDirectory: cwd, stateHome, variables: {} },
    ...{ out, err: new PassThrough().resume(), now: () => new Date('2026-11-08T09:00:00Z') },
  };
  const at = (day: string) => `2026-11-${day}T01:00:00.000Z`;
  const entered = async (run: string, day: string, header: string, inventory = header): Promise<void> => {
    const entry = { type: 'begin', header, inventory, profile: 'cpu-cluster', suite: 'x 1' } as const;
    await enter(stateHome, { ...entry, at: at(day), run, isAgain: false });
    await enter(stateHome, { type: 'identity', at: at(day), run, items });
    await enter(stateHome, { type: 'end', at: at(day), run, conclusion: 'fail' });
  };
  mkdirSync(join(cwd, 'assay-runs'));
  const assay = async (...words: readonly string[]) => {
    let exitCode = -1;
    await createCommandLine(context, (code) => {
      exitCode = code;
    }).parseAsync([...words]);
    return { exitCode, said: String((out.read() as Buffer | null) ?? '') };
  };
  return { cwd, stateHome, context, entered, assay };
}

/** Nights 03 and 04 of one machine, of which the ledger has the first, another run of it that is in no index, and numbers from before. */
async function prepare() {
  const { cwd, stateHome, context, entered, assay } = begin();
  await initLedger(stateHome, 'example.com/hall-3');
  const [first, second] = [
    await writeNight(join(cwd, 'assay-runs/a'), '03'),
    await writeNight(join(cwd, 'assay-runs/b'), '04'),
  ];
  await entered('night-03', '03', first.headDigest);
  await entered('night-elsewhere', '05', 'e'.repeat(64));
  const history = await openHistory(stateHome, undefined, 'UTC');
  await addRuns(history, [first.path, second.path], { ...context, out: new PassThrough().resume() });
  writeFileSync(
    join(cwd, 'old.csv'),
    'night,machine,metric,unit,better,value\n2026-11-06,gpu007,triad,GB/s,higher,9\n',
  );
  await importFiles(history, ['old.csv'], { ...context, out: new PassThrough().resume() });
  await history.close();
  writeFileSync(join(cwd, 'more.json'), contract('30 GB/s', { claims: { withinDays: 7 } }));
  writeFileSync(join(cwd, 'less.json'), contract('20 GB/s'));
  const claim = (file: string, from: string, to: string, ...more: readonly string[]) =>
    assay('claim', 'gpu007', '--from', from, '--to', to, '--contract', file, ...more);
  return { cwd, claim, assay };
}

describe('a claim', () => {
  it('shows a breach by runs that the ledger has, and says what is not shown', async () => {
    const { cwd, claim } = await prepare();
    const { exitCode, said } = await claim('more.json', '2026-11-01', '2026-11-06', '--json');
    expect(exitCode).toBe(0);
    const shown = Claim.parse(JSON.parse(said));
    expect(shown).toMatchObject({
      machine: { names: ['gpu007'] },
      window: { from: '2026-11-01', to: '2026-11-06', nights: 6, zone: 'UTC' },
      breaches: [{ run: 'night-03', cell: 'gpu007:memory-speed', clause: 1, claimBy: '2026-11-10' }],
      deadline: { withinDays: 7, claimBy: '2026-11-10', state: 'closes within 72 hours' },
      coverage: { measured: 2, unmeasured: 0, withoutRun: 4 },
      gaps: [
        { from: '2026-11-01', to: '2026-11-02', nights: 2 },
        { from: '2026-11-05', to: '2026-11-06', nights: 2 },
      ],
      attempts: [{ run: 'night-elsewhere', end: 'fail' }],
      imported: [{ unit: 'GB/s', nights: [{ night: '2026-11-06', value: 9 }] }],
      conclusion: 'a breach is shown',
    });
    expect(shown.runs).toMatchObject([
      { run: 'night-03', counts: true, ledger: { entry: 0, end: 'fail' }, begunWith: 'another contract' },
      { run: 'night-04', counts: false, why: 'no entry of the ledger has it', cells: [{ verdict: 'fail' }] },
    ]);
    expect(shown.runs[0]?.cells[0]).toMatchObject({
      verdict: 'fail',
      clause: 1,
      waived: false,
      limit: { expected: { value: 3e10, unit: 'B/s' } },
    });
    const header = readFileSync(join(cwd, 'assay-runs/a/run.json'));
    expect(shown.runs[0]?.documents).toMatchObject([
      { path: 'a/inputs/contract.json' },
      { path: 'a/run.json', bytes: header.length },
    ]);
    const digest = execFileSync(
      'sh',
      ['-c', 'find * -type f | LC_ALL=C sort | xargs sha256sum | sha256sum'],
      { cwd: join(cwd, 'assay-runs/a'), encoding: 'utf8' },
    );
    expect(digest).toBe(`${shown.runs[0]?.evidence?.sha256 ?? ''}  -\n`);
    const words = shown.notShown.join('\n');
    expect(words).toContain('does not say that it was down');
    expect(words).toContain('Supports nothing: night-04');
    expect(words).toContain('1 imported series');
    expect(words).toContain('1 attempts at this machine');
    expect((await claim('more.json', '2026-11-01', '2026-11-06', '--json')).said).toBe(said);

    const folder = await claim('more.json', '2026-11-01', '2026-11-06', '--out', 'claim');
    expect(folder.said).toBe('claim/claim.md: a breach is shown. Exit code 0.\n');
    expect(readFileSync(join(cwd, 'claim/claim.json'), 'utf8')).toBe(said);
    const markdown = readFileSync(join(cwd, 'claim/claim.md'), 'utf8');
    for (const part of ['**Claim by 2026-11-10**', '≥ 30 GB/s', 'no evidence', '## Not shown', '## Ledger'])
      expect(markdown).toContain(part);
  });

  it('shows none where the clause is met or let go of, and decides nothing by what does not count', async () => {
    const { cwd, claim } = await prepare();
    expect(await claim('less.json', '2026-11-01', '2026-11-06')).toMatchObject({
      exitCode: 1,
      said: expect.stringContaining('No breach is shown by the runs that count') as string,
    });
    const waiver = {
      ...{ requirement: 'memory-speed', subject: 'gpu007', reason: 'known', by: 'J. Doe' },
      expires: '2026-12-31',
    };
    writeFileSync(join(cwd, 'waived.json'), contract('30 GB/s', { waivers: [waiver] }));
    const { exitCode, said } = await claim('waived.json', '2026-11-03', '2026-11-03');
    expect([exitCode, said]).toEqual([1, expect.stringContaining('fail, waived')]);
    // Only the run without an entry, nothing but imported numbers, no run at all.
    for (const day of ['04', '06', '02'])
      expect((await claim('more.json', `2026-11-${day}`, `2026-11-${day}`)).exitCode).toBe(2);
    mkdirSync(join(cwd, 'none'));
    const away = await claim('more.json', '2026-11-03', '2026-11-03', '--runs', 'none', '--json');
    expect(Claim.parse(JSON.parse(away.said))).toMatchObject({
      exitCode: 2,
      runs: [{ counts: false, why: 'its evidence was not found here', cells: [] }],
    });
    cpSync(join(cwd, 'assay-runs/a'), join(cwd, 'none/moved'), { recursive: true });
    expect((await claim('more.json', '2026-11-03', '2026-11-03', '--runs', 'none')).exitCode).toBe(0);
    writeFileSync(join(cwd, 'none/moved/plan.json'), '{}');
    const damaged = await claim('more.json', '2026-11-03', '2026-11-03', '--runs', 'none');
    expect([damaged.exitCode, damaged.said]).toEqual([2, expect.stringContaining('EVIDENCE\\_DAMAGED')]);
  });

  it('refuses what it cannot be made of, each with a word', async () => {
    const { cwd, claim, assay } = await prepare();
    writeFileSync(join(cwd, 'class.json'), contract('30 GB/s', { class: 'hall-nodes' }));
    writeFileSync(join(cwd, 'profile.json'), contract('30 GB/s', { profile: 'cpu-claster' }));
    const storage = [{ requirement: 'nvme-read', atLeast: '1 GB/s', says: 'x' }];
    writeFileSync(join(cwd, 'other.json'), contract('', { profile: 'storage', limits: storage }));
    writeFileSync(join(cwd, 'empty.json'), contract('', { limits: [] }));
    const refused = async (act: Promise<unknown>): Promise<readonly [string, string]> => {
      const found = await act.then(
        () => undefined,
        (cause: unknown) => AssayError.from(cause),
      );
      return [found?.code ?? 'none', `${found?.message ?? ''} ${found?.hint ?? ''}`];
    };
    const [from, to] = ['2026-11-03', '2026-11-04'];
    for (const [file, code, words] of [
      ['class.json', 'CONFIG_INVALID', /class: expected `hall-node`, which gpu007 claims.*`hall-nodes`/],
      ['profile.json', 'CONFIG_INVALID', /profiles .*cpu-cluster.*`cpu-claster`/],
      ['other.json', 'CONFIG_INVALID', /storage|`nvme-read`/],
      ['empty.json', 'CONFIG_INVALID', /limits: expected a number/],
      ['none.json', 'CONFIG_INVALID', /none\.json/],
    ] as const) {
      const found = await refused(claim(file, from, to));
      expect(found).toEqual([code, expect.stringMatching(words)]);
    }
    for (const [first, last, words] of [
      [to, from, /--from before --to/],
      ['2026-11-31', '2026-12-01', /--from with a date/],
      [from, '2026-11-09', /nights that were, until 2026-11-08/],
      ['2020-01-01', to, /at most 1100 nights/],
    ] as const)
      expect(await refused(claim('more.json', first, last))).toEqual(['USAGE', expect.stringMatching(words)]);
    const others = ['--from', from, '--to', to, '--contract', 'more.json'];
    expect(await refused(assay('claim', 'gpu070', ...others))).toEqual([
      'USAGE',
      expect.stringMatching(/none called `gpu070`.*Did you mean `gpu007`/),
    ]);
    expect(await refused(claim('more.json', from, to, '--runs', 'away'))).toEqual([
      'USAGE',
      expect.stringContaining('--runs'),
    ]);
    expect(await refused(claim('more.json', from, to, '--database', 'away'))).toEqual([
      'HISTORY_UNUSABLE',
      expect.stringContaining('found none at'),
    ]);
    const bare = begin();
    writeFileSync(join(bare.cwd, 'more.json'), contract('30 GB/s'));
    expect(await refused(bare.assay('claim', 'gpu007', ...others))).toEqual([
      'USAGE',
      expect.stringContaining('expected a ledger'),
    ]);
  });
});
