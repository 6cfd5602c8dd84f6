import { appendFileSync, chmodSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Role } from '../../../../harness/config/trust.ts';
import { addCosignature } from '../../../../harness/evidence/cosignature.ts';
import type { LedgerEntry } from '../../../../harness/evidence/ledger-entry.ts';
import { attemptsOf } from '../../../../harness/evidence/ledger-entry.ts';
import type { TrustedKey } from '../../../../harness/evidence/trust-file.ts';
import { witnessesIn } from '../../../../harness/evidence/trust-file.ts';
import { checkLedger, checkProof, placeInLedger, proveRun } from '../../../../harness/run/ledger-place.ts';
import type { SignedStatement } from '../../../../harness/run/read-signed.ts';
import {
  enter,
  initLedger,
  ledgerFolder,
  readLedger,
  requireContinues,
} from '../../../../harness/store/ledger.ts';
import { createSigner } from '../../../support/signed-run.ts';
import { createSmallRun } from '../../../support/small-run.ts';
import { temporaryDirectory } from '../../../support/temporary.ts';

const digest = (digit: string): string => digit.repeat(64);
const at = (day: number): string => `2026-11-${String(day).padStart(2, '0')}T00:00:00.000Z`;
const begin = (run: string, day: number, change: object = {}): LedgerEntry => ({
  type: 'begin',
  run,
  at: at(day),
  header: digest('a'),
  inventory: digest('1'),
  profile: 'storage',
  suite: 'storage 1',
  isAgain: false,
  ...change,
});
const identity = (run: string, day: number, ...items: readonly string[]): LedgerEntry => ({
  type: 'identity',
  run,
  at: at(day),
  items: items.map((item) => item.repeat(16)),
});
const end = (run: string, day: number, how: object): LedgerEntry => ({
  type: 'end',
  run,
  at: at(day),
  ...how,
});

async function scene(entries: readonly LedgerEntry[] = []) {
  const stateHome = temporaryDirectory();
  const { folder } = await initLedger(stateHome, 'example.com/hall-3');
  for (const entry of entries) await enter(stateHome, entry);
  return { stateHome, folder, file: join(folder, 'entries.ndjson') };
}
const three = [begin('r1', 1), identity('r1', 1, 'a'), end('r1', 1, { conclusion: 'fail' }), begin('r2', 2)];

describe('a ledger', () => {
  it('has what was entered, signed by a key of its own that nobody else may read', async () => {
    const { folder, stateHome } = await scene(three);
    const { entries, checkpoint } = readLedger(folder);
    expect(entries).toEqual(three);
    expect(checkpoint.size).toBe(4);
    expect(statSync(join(folder, 'ledger.key')).mode & 0o777).toBe(0o600);
    await expect(initLedger(stateHome, 'example.com/again')).rejects.toMatchObject({ code: 'USAGE' });
  });

  it('is kept by nobody who has not begun one', async () => {
    const stateHome = temporaryDirectory();
    await enter(stateHome, begin('r1', 1));
    expect(ledgerFolder(stateHome)).toBeUndefined();
  });

  it('takes entries of several at once', async () => {
    const { folder, stateHome } = await scene();
    await Promise.all([1, 2, 3, 4, 5].map((day) => enter(stateHome, begin(`r${day}`, day))));
    expect(readLedger(folder).entries).toHaveLength(5);
  });

  it('shows each entry that was dropped, swapped, edited or put in, and goes on from each earlier checkpoint', async () => {
    const { folder, file } = await scene(three);
    const text = readFileSync(file, 'utf8');
    const lines = text.trimEnd().split('\n');
    const rewritten = lines.flatMap((line, index) => [
      lines.toSpliced(index, 1),
      lines.toSpliced(index, 1, line.replace('2026-11', '2026-10')),
      lines.toSpliced(index, 0, line),
      lines.toSpliced(index, 2, lines[index + 1] ?? '', line),
    ]);
    for (const other of rewritten) {
      writeFileSync(file, `${other.join('\n')}\n`);
      expect(() => readLedger(folder)).toThrow(/entries/);
    }
    for (const other of [text.slice(0, -1), `${text} `, text.replace('{', '{ '), '']) {
      writeFileSync(file, other);
      expect(() => readLedger(folder)).toThrow(/entries/);
    }
    writeFileSync(file, text);
    const ledger = readLedger(folder);
    for (const size of [1, 2, 3, 4]) {
      const note = readFileSync(join(folder, 'checkpoints', String(size)), 'utf8');
      expect(requireContinues(ledger, note, 'old').size).toBe(size);
    }
  });

  it('shows that it was rewritten and signed again, by a checkpoint that somebody kept', async () => {
    const { folder } = await scene(three);
    const kept = readFileSync(join(folder, 'checkpoint'), 'utf8');
    const forked = await scene(three.slice(1));
    expect(() => requireContinues(readLedger(forked.folder), kept, 'kept')).toThrow('signed by this ledger');
    const shorter = readFileSync(join(folder, 'checkpoints/3'), 'utf8');
    writeFileSync(join(folder, 'checkpoint'), shorter);
    writeFileSync(
      join(folder, 'entries.ndjson'),
      readFileSync(join(folder, 'entries.ndjson'), 'utf8').split('\n').slice(0, 3).join('\n') + '\n',
    );
    expect(() => requireContinues(readLedger(folder), kept, 'kept')).toThrow('some are gone');
  });

  it('goes on where its writer died, and is added to by nobody where it was changed or cannot be written', async () => {
    const { folder, file, stateHome } = await scene(three);
    appendFileSync(file, '{"at":"2026');
    expect(() => readLedger(folder)).toThrow('torn');
    await enter(stateHome, begin('r3', 3));
    expect(readLedger(folder).entries).toHaveLength(5);

    writeFileSync(file, readFileSync(file, 'utf8').replace('r1', 'r9'));
    await expect(enter(stateHome, begin('r4', 4))).rejects.toMatchObject({ code: 'LEDGER_UNUSABLE' });
    const other = await scene();
    chmodSync(join(other.folder, 'ledger.key'), 0o644);
    await expect(enter(other.stateHome, begin('r4', 4))).rejects.toMatchObject({ code: 'LEDGER_UNUSABLE' });
    rmSync(join(other.folder, 'ledger.key'));
    await expect(enter(other.stateHome, begin('r4', 4))).rejects.toMatchObject({ code: 'LEDGER_UNUSABLE' });
  });
});

describe('the attempts of a run', () => {
  const ends = (entries: readonly LedgerEntry[], run: string) =>
    attemptsOf(entries, run).map((it) => [it.run, it.end]);

  it('are all that found one of its things, also those that never ended', () => {
    const entries = [
      begin('r1', 1),
      identity('r1', 1, 'a', 'b'),
      begin('r2', 2),
      identity('r2', 2, 'c'),
      end('r2', 2, { conclusion: 'pass' }),
      begin('r3', 3, { inventory: digest('2') }),
      identity('r3', 3, 'b'),
      end('r3', 3, { code: 'INTERRUPTED' }),
      begin('r3', 4, { isAgain: true, inventory: digest('2') }),
      end('r3', 4, { conclusion: 'fail' }),
      begin('r4', 5),
      end('r4', 5, { code: 'HOST_UNREACHABLE' }),
      begin('r5', 6),
      identity('r5', 6, 'b'),
      end('r5', 6, { conclusion: 'pass' }),
    ];
    expect(ends(entries, 'r5')).toEqual([
      ['r1', 'no end'],
      ['r3', 'INTERRUPTED'],
      ['r3', 'fail'],
      ['r4', 'HOST_UNREACHABLE'],
      ['r5', 'pass'],
    ]);
  });

  it('are told since it last passed, and 90 days at least', () => {
    const old = (month: string, run: string, how: object): LedgerEntry[] => [
      begin(run, 1, { at: `2026-${month}-01T00:00:00.000Z` }),
      identity(run, 1, 'a'),
      { type: 'end', run, at: `2026-${month}-02T00:00:00.000Z`, ...how },
    ];
    const entries = [
      ...old('01', 'r1', { conclusion: 'fail' }),
      ...old('02', 'r2', { conclusion: 'pass' }),
      ...old('10', 'r3', { conclusion: 'fail' }),
      begin('r4', 1),
      identity('r4', 1, 'a'),
    ];
    expect(ends(entries, 'r4')).toEqual([
      ['r3', 'fail'],
      ['r4', 'no end'],
    ]);
    expect(ends(entries.slice(0, 3), 'r1')).toEqual([['r1', 'fail']]);
    expect(ends(entries, 'r9')).toEqual([]);
  });
});

describe('the place of a run in a ledger', () => {
  it('is proven, and the attempts are counted again', async () => {
    const run = await createSmallRun(join(temporaryDirectory(), 'run'));
    const own = begin(run.header.id, 2, { header: run.headDigest });
    const { stateHome, folder } = await scene([...three, own, begin('r3', 3)]);
    const { assay_ledger, assay_attempts } = placeInLedger(stateHome, run);
    if (assay_ledger === undefined || assay_attempts === undefined) throw new Error('expected a place');
    const by = (change: object, attempts = assay_attempts) =>
      ({
        statement: { predicate: { assay_ledger: { ...assay_ledger, ...change }, assay_attempts: attempts } },
      }) as unknown as SignedStatement;
    const ledger = readLedger(folder);
    expect(checkLedger(by({}), run, undefined)).toContain('entry 4 of 6');
    expect(checkLedger(by({}), run, ledger)).toContain('counted again');
    await enter(stateHome, begin('r7', 7));
    expect(checkLedger(by({}), run, readLedger(folder))).toContain('counted again');

    const older = readFileSync(join(folder, 'checkpoints/4'), 'utf8');
    const foreign = await scene(three);
    const wrong = [
      by({ begin: 3 }),
      by({ entry: assay_ledger.entry.replace('storage', 'survey') }),
      by({ proof: assay_ledger.proof.slice(1) }),
      by({ checkpoint: older }),
      by({ checkpoint: readFileSync(join(foreign.folder, 'checkpoint'), 'utf8') }),
      by({ key: 'none' }),
    ];
    for (const each of wrong) expect(() => checkLedger(each, run, undefined)).toThrow(/ledger/);
    expect(() => checkLedger(by({}, assay_attempts.slice(1)), run, ledger)).toThrow('attempts');
    expect(() => checkLedger(by({}), run, readLedger(foreign.folder))).toThrow('another one');
    expect(checkLedger({ statement: { predicate: {} } } as SignedStatement, run, undefined)).toContain(
      'no ledger',
    );
  });

  it('is proven by a file of its own, with who has seen it there', async () => {
    const run = await createSmallRun(join(temporaryDirectory(), 'run'));
    const own = begin(run.header.id, 2, { header: run.headDigest });
    const { stateHome, folder } = await scene([...three, own]);
    const by = { statement: { predicate: placeInLedger(stateHome, run) } } as unknown as SignedStatement;
    await enter(stateHome, begin('r3', 3));
    const ledger = readLedger(folder);
    const signer = createSigner('ed25519');
    const at5 = readFileSync(join(folder, 'checkpoints/5'), 'utf8');
    const seen = await addCosignature(at5, { name: 'example.net/w1', signer, at: new Date('2026-11-24') });
    const witness: TrustedKey = {
      fingerprint: signer.publicKey.fingerprint,
      publicKey: signer.publicKey,
      name: 'the customer',
      role: 'witness',
      from: '2026-01-01',
    };
    expect(checkProof(by, proveRun(ledger, run), [witness])).toEqual([
      'entry 4 of 6 in the ledger example.com/hall-3, by its proof',
      expect.stringContaining('no witness that you trust'),
    ]);
    expect(checkProof(by, proveRun(ledger, run, seen), [witness])).toEqual([
      'entry 4 of 5 in the ledger example.com/hall-3, by its proof',
      'witnessed on 2026-11-24T00:00:00Z by the customer (example.net/w1): the run was entered before that',
    ]);
    expect(checkProof(by, proveRun(ledger, run, seen), [])).toHaveLength(2);

    const earlier = readFileSync(join(folder, 'checkpoints/4'), 'utf8');
    expect(() => proveRun(ledger, run, earlier)).toThrow('among the first 4 entries');
    const text = proveRun(ledger, run, seen);
    const foreign = await scene([...three, own]);
    const wrong = [
      text.replace('index 4', 'index 3'),
      text.replace(/\n[A-Za-z0-9+/]{43}=\n/, '\n'),
      text.replace('\n5\n', '\n6\n'),
      proveRun(readLedger(foreign.folder), run),
      'nothing',
    ];
    for (const each of wrong) expect(() => checkProof(by, each, [witness])).toThrow(/ledger/);
    const none = { statement: { predicate: {} } } as SignedStatement;
    expect(() => checkProof(none, text, [])).toThrow('names none');
  });

  it('is believed of witnesses that are trusted today', () => {
    const key = createSigner('ed25519').publicKey;
    const of = (role: Role, from: string, until?: string): TrustedKey => ({
      fingerprint: key.fingerprint,
      publicKey: key,
      name: role,
      role,
      from,
      ...(until === undefined ? {} : { until }),
    });
    const keys = [
      of('witness', '2026-01-01'),
      of('witness', '2026-12-01'),
      of('witness', '2026-01-01', '2026-11-23'),
      of('customer', '2026-01-01'),
    ];
    expect(witnessesIn(keys, new Date('2026-11-24'))).toEqual(keys.slice(0, 1));
  });
});
