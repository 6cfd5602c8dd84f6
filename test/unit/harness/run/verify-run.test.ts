import {
  appendFileSync,
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { checkRun } from '../../../../harness/cli/check-run.ts';
import type { Role } from '../../../../harness/config/trust.ts';
import { readEnvironment } from '../../../../harness/environment.ts';
import { createBundle } from '../../../../harness/evidence/bundle.ts';
import { canonical } from '../../../../harness/evidence/canonical-json.ts';
import { monthsAfter } from '../../../../harness/evidence/conformity.ts';
import type { Statement } from '../../../../harness/evidence/statement.ts';
import type { TrustedKey } from '../../../../harness/evidence/trust-file.ts';
import { History } from '../../../../harness/history/history.ts';
import type { RunRows } from '../../../../harness/history/run-rows.ts';
import { rowsOfRun } from '../../../../harness/history/run-rows.ts';
import { judgeRun, writeVerdict } from '../../../../harness/run/conclude-run.ts';
import { findVoided } from '../../../../harness/run/find-voided.ts';
import { signRun } from '../../../../harness/run/sign-run.ts';
import { ReportFolder } from '../../../../harness/store/report-folder.ts';
import { RunDirectory } from '../../../../harness/store/run-directory.ts';
import { RunEvidence } from '../../../../harness/store/run-evidence.ts';
import type { Verdict } from '../../../../reports/verdict/verdict.ts';
import { loadRegistry } from '../../../../workloads/registry.ts';
import { sixteenNodes } from '../../../support/constructed/night-rows.ts';
import { createSigner, dayAfter, signAt, verifyAt, writeRunToSign } from '../../../support/signed-run.ts';
import { directoryChanges, flipsOf, signerIn } from '../../../support/tamper.ts';
import { removeFolder } from '../../../support/temporary.ts';

const signer = createSigner();
const own = { kind: 'key', key: signer.publicKey } as const;
const profile = 'survey';
let base: string;
let bundle: string;

beforeAll(async () => {
  base = mkdtempSync(join(tmpdir(), 'assay-verify-'));
  await writeRunToSign(base, 2);
  bundle = await signAt(join(base, 'run'), signer);
});
afterAll(() => removeFolder(base));

/** A copy of the signed run, and of its folder of reports. */
function copy(): string {
  const folder = mkdtempSync(join(tmpdir(), 'assay-verify-'));
  onTestFinished(() => removeFolder(folder));
  cpSync(base, folder, { recursive: true });
  return folder;
}

const statementIn = (file: string): Statement => {
  const { dsseEnvelope } = JSON.parse(readFileSync(file, 'utf8')) as { dsseEnvelope: { payload: string } };
  return JSON.parse(Buffer.from(dsseEnvelope.payload, 'base64').toString()) as Statement;
};

/** What the holder of the key can put his name to: another statement than follows from the verdict. */
async function resign(folder: string, change: (statement: Statement) => unknown): Promise<void> {
  const signed = join(folder, 'run.report/signed', profile);
  const file = join(signed, `report.${signerIn(signed)}.sigstore.json`);
  const statement = statementIn(file);
  const other = change(statement) ?? statement;
  writeFileSync(file, await createBundle(Buffer.from(canonical(other)), signer));
}

/** Signs a verdict that is not what the evidence gives. */
async function signAltered(folder: string, alter: (verdict: Verdict) => Verdict): Promise<string> {
  await writeRunToSign(folder, 1, 'altered');
  const run = await RunDirectory.open(join(folder, 'altered'));
  const evidence = await RunEvidence.read(run, await loadRegistry());
  await signRun(evidence, alter(judgeRun(evidence)), {
    folder: await ReportFolder.open(run),
    signer,
    stamp: { assay_issued: dayAfter.toISOString() },
  });
  return run.path;
}

/** A night on which all of these machines were there. */
function laterNight(attendance: RunRows['attendance']): RunRows {
  const [rows] = sixteenNodes({ nights: 1 });
  if (rows === undefined) throw new Error('expected a night');
  const run = { ...rows.run, id: 'later', night: rows.run.night + 836 };
  const all = attendance.map((each) => ({ ...each, run: 'later', state: null, reason: null }));
  return { ...rows, run, attendance: all, points: [] };
}

describe('a signed run', () => {
  it('is found as it was, and comes out the same', async () => {
    expect(await verifyAt(join(base, 'run'), own)).toEqual([]);
  });

  it('is not hashed before the sizes of all files were looked at', async () => {
    const folder = copy();
    const [first, second] = ['n1', 'n2'].map((node) => join(folder, 'run/nodes', node, 'evidence.tar'));
    const bytes = readFileSync(first!);
    bytes[600] = (bytes[600] ?? 0) ^ 1;
    writeFileSync(first!, bytes);
    // A hole: it takes no room, and more than ten minutes to hash.
    truncateSync(second!, 2 ** 40);
    await expect(verifyAt(join(folder, 'run'), own)).rejects.toThrow(
      /run\/nodes\/n2\/evidence\.tar: expected \d+ bytes, found 1099511627776/,
    );
  });

  it('states of each node and of the block what was shown, and for how long that stands', () => {
    const { predicate, subject } = statementIn(bundle);
    expect(subject.map(({ name }) => name)).toEqual([
      'manifest.json',
      'identity/n1.json',
      'identity/n2.json',
    ]);
    expect(predicate).toMatchObject({
      result: 'PASSED',
      passedTests: ['node n1', 'node n2'],
      failedTests: [],
      assay_kind: 'screening report',
      assay_expires: '2027-11-23T00:00:00.000Z',
    });
    const node = statementIn(join(bundle, '../nodes', `n1.${signerIn(join(bundle, '..'))}.sigstore.json`));
    expect(node.predicate.assay_node).toBe('n1');
    expect(node.predicate.passedTests).toContain('n1:facts-cpu');
    expect(node.subject).toEqual([subject[0], subject[1]]);
  });

  it('counts what is missing, invalid or inconclusive as failed', async () => {
    const folder = copy();
    const path = join(folder, 'run');
    const { predicate } = statementIn(await signAt(path, signer, {}, 'storage'));
    expect(predicate.result).toBe('FAILED');
    expect(predicate.assay_expires).toBeUndefined();
    expect(predicate.failedTests).toContain('node n1');
    expect(Object.values(predicate.assay_states)).toContain('undecided');
    expect(await verifyAt(path, own, { profile: 'storage' })).toEqual([]);
  });

  it('is not disturbed by whoever judges it again, or renders its reports', async () => {
    const folder = copy();
    const run = await RunDirectory.open(join(folder, 'run'));
    const evidence = await RunEvidence.read(run, await loadRegistry());
    await writeVerdict(await ReportFolder.open(run), judgeRun(evidence), evidence);
    expect(await verifyAt(run.path, own)).toEqual([]);
  });

  it('is signed by others too, each in a file of his own, while it is the same', async () => {
    const folder = copy();
    const path = join(folder, 'run');
    const second = createSigner('ed25519');
    const before = new Set(readdirSync(join(folder, 'run.report/signed', profile)));
    await signAt(path, second);
    const added = readdirSync(join(folder, 'run.report/signed', profile)).filter((name) => !before.has(name));
    expect(added).toHaveLength(2);
    expect(await verifyAt(path, own)).toEqual([]);
    expect(await verifyAt(path, { kind: 'key', key: second.publicKey })).toEqual([]);

    appendFileSync(join(folder, 'run.report/signed', profile, 'report.html'), ' ');
    await expect(signAt(path, createSigner())).rejects.toMatchObject({ code: 'RUN_EXISTS' });
  });

  it('stands until a year after the test, and not before it was signed', async () => {
    const at = (iso: string) => verifyAt(join(base, 'run'), own, { now: new Date(iso), isDeep: false });
    await expect(at('2027-11-22T23:59:59.000Z')).resolves.toEqual([]);
    await expect(at('2027-11-23T00:00:00.000Z')).rejects.toMatchObject({ code: 'NOT_IN_FORCE' });
    await expect(at('2026-11-22T00:00:00.000Z')).rejects.toMatchObject({ code: 'NOT_IN_FORCE' });
    expect(monthsAfter('2024-02-29T10:00:00.000Z', 12)).toBe('2025-02-28T10:00:00.000Z');
    expect(monthsAfter('2026-01-31T10:00:00.000Z', 1)).toBe('2026-02-28T10:00:00.000Z');
  });

  it('is believed only from somebody who is trusted to say it', async () => {
    const trusted = (role: Role, change: Partial<TrustedKey> = {}): { kind: 'file'; keys: TrustedKey[] } => ({
      kind: 'file',
      keys: [
        {
          fingerprint: signer.publicKey.fingerprint,
          publicKey: signer.publicKey,
          name: 'us',
          role,
          from: '2026-01-01',
          ...change,
        },
      ],
    });
    const path = join(base, 'run');
    await expect(verifyAt(path, trusted('installer'), { isDeep: false })).resolves.toEqual([]);
    const refused = [
      { kind: 'nobody' } as const,
      { kind: 'key', key: createSigner().publicKey } as const,
      trusted('witness'),
      trusted('installer', { until: '2026-11-23' }),
      trusted('installer', { from: '2026-11-25' }),
      trusted('installer', { profiles: ['storage'] }),
      trusted('installer', { fingerprint: 'SHA256:other' }),
    ];
    for (const trust of refused)
      await expect(verifyAt(path, trust, { isDeep: false })).rejects.toMatchObject({
        code: 'SIGNER_UNTRUSTED',
        message: expect.stringContaining('signature consistent, signer not trusted') as unknown,
      });
  });

  it.each<[string, (statement: Statement) => unknown]>([
    [
      'a better result',
      (it) => (it.predicate.result = it.predicate.result === 'PASSED' ? 'WARNED' : 'PASSED'),
    ],
    ['a longer time', (it) => (it.predicate.assay_expires = '2099-01-01T00:00:00.000Z')],
    ['a test more', (it) => it.predicate.passedTests.push('node n3')],
    ['a test less', (it) => it.predicate.passedTests.pop()],
    ['other rules', (it) => it.predicate.configuration.pop()],
    ['a waiver', (it) => (it.predicate.assay_waivers = [])],
    ['another title', (it) => (it.predicate.assay_title = 'Certificate')],
    ['another run', (it) => (it.predicate.assay_run = 'another')],
    ['another profile', (it) => (it.predicate.assay_profile = 'storage')],
    ['another node', (it) => (it.predicate.assay_node = 'n1')],
    ['another identity', (it) => it.subject[1] && (it.subject[1].digest.sha256 = '0'.repeat(64))],
    ['an identity less', (it) => it.subject.pop()],
    ['another manifest', (it) => it.subject[0] && (it.subject[0].digest.sha256 = '0'.repeat(64))],
    ['a node less', (it) => it.predicate.assay_nodes?.pop()],
    ['a node that it does not name so', (it) => it.predicate.assay_nodes?.reverse()],
    ['another kind', (it) => ({ ...it, predicateType: 'https://slsa.dev/provenance/v1' })],
    ['an unknown field', (it) => ({ ...it, more: 1 })],
    ['no predicate', (it) => ({ ...it, predicate: {} })],
    ['a newer version', (it) => ({ ...it, predicate: { ...it.predicate, assay_schemaVersion: 2 } })],
  ])('is refused with %s, whoever signs that', async (_, change) => {
    const folder = copy();
    await resign(folder, change);
    await expect(verifyAt(join(folder, 'run'), own, { isDeep: false })).rejects.toMatchObject({
      code: expect.stringMatching(/^(EVIDENCE_DAMAGED|SIGNATURE_INVALID|SCHEMA_TOO_NEW)$/) as unknown,
    });
  });

  it('is refused where it was changed in any way, with what is wrong', async () => {
    const changes = [...directoryChanges('n1', 'n2', profile), ...directoryChanges('n2', 'n1', profile)];
    for (const [what, change] of changes) {
      const folder = copy();
      change(folder);
      const verified = await verifyAt(join(folder, 'run'), own, { isDeep: false }).catch(
        (cause: unknown) => cause,
      );
      expect([what, verified]).toEqual([
        what,
        expect.objectContaining({
          code: expect.stringMatching(/^(EVIDENCE_DAMAGED|SIGNATURE_INVALID)$/) as unknown,
          message: expect.stringMatching(/n[0-9]|signed|(run|report)\//) as unknown,
        }),
      ]);
    }
    expect(changes.length).toBeGreaterThanOrEqual(40);
  });

  it('is refused with a bit changed in any of its files, and the file is named', async () => {
    const folder = copy();
    const files = readdirSync(folder, { recursive: true, withFileTypes: true, encoding: 'utf8' })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((file) => file.startsWith(join(folder, 'run/')) || file.includes('/signed/'));
    let cases = 0;
    for (const file of files) {
      const bytes = readFileSync(file);
      for (const damage of flipsOf(bytes, Math.max(1, Math.floor((8 * bytes.length) / 8)) | 1)) {
        writeFileSync(file, damage);
        cases += 1;
        const found = await verifyAt(join(folder, 'run'), own, { isDeep: false }).catch(
          (cause: unknown) => cause,
        );
        expect([file, found]).toEqual([
          file,
          expect.objectContaining({ code: expect.any(String) as unknown }),
        ]);
      }
      writeFileSync(file, bytes);
    }
    expect(await verifyAt(join(folder, 'run'), own, { isDeep: false })).toEqual([]);
    expect(cases).toBeGreaterThanOrEqual(7 * files.length);
  });

  it('is refused as a replay of another', async () => {
    const folder = copy();
    await writeRunToSign(folder, 1, 'older');
    await signAt(join(folder, 'older'), signer);
    cpSync(join(folder, 'older.report/signed'), join(folder, 'run.report/signed'), {
      recursive: true,
      force: true,
    });
    await expect(verifyAt(join(folder, 'run'), own, { isDeep: false })).rejects.toMatchObject({
      code: 'EVIDENCE_DAMAGED',
    });
    const others = copy();
    await signAt(join(others, 'run'), signer, {}, 'storage');
    cpSync(join(others, 'run.report/signed/storage'), join(others, 'run.report/signed', profile), {
      recursive: true,
      force: true,
    });
    await expect(verifyAt(join(others, 'run'), own, { isDeep: false })).rejects.toMatchObject({
      code: 'SIGNATURE_INVALID',
    });
  });

  it('is shown not to follow from its evidence, cell by cell', async () => {
    const folder = copy();
    const path = await signAltered(folder, (verdict) => ({
      ...verdict,
      cells: verdict.cells.map((cell, index) => (index === 0 ? { ...cell, title: 'Better' } : cell)),
    }));
    expect(await verifyAt(path, own)).toMatchObject([{ cell: 'n1:facts-cpu' }]);
  });

  it('is told of step by step, with the exit code of what was shown', async () => {
    const folder = copy();
    await signAt(join(folder, 'run'), signer, {}, 'storage');
    const told: string[] = [];
    const out = new Writable({
      write: (text: Buffer, _, done) => {
        told.push(text.toString());
        done();
      },
    });
    const run = await RunDirectory.open(join(folder, 'run'));
    const reports = await ReportFolder.open(run);
    const registry = await loadRegistry();
    const environment = { ...readEnvironment(), workingDirectory: folder };
    const check = (of: string, nights?: string) =>
      checkRun(
        { out, now: () => dayAfter, environment, registry },
        { run, folder: reports, profile: of, trust: own, recompute: true, later: run, nights },
      );
    expect(await check(profile)).toBe(0);
    expect(told.join('')).toMatch(
      /PASSED[^]*all \d+ files[^]*trusted: SHA256[^]*no ledger[^]*come out the same[^]*as they were tested[^]*in force until 2027/,
    );
    expect(await check('storage')).toBe(2);
    await expect(check('cpu-cluster')).rejects.toMatchObject({ code: 'SIGNATURE_INVALID' });

    // Nights behind it, in which this machine got slower; then the same with what it was.
    const { attendance } = rowsOfRun((await RunEvidence.read(run, registry)).material(profile), 'UTC');
    const machine = attendance[0]?.machine ?? '';
    await expect(check(profile, 'nowhere')).rejects.toMatchObject({ code: 'USAGE' });
    const days = 800;
    const share = (node: number, night: number) => (node === 7 && night >= 30 ? -0.08 : 0);
    const named = (name: string) => (name === 'node7' ? machine : name);
    const history = await History.open(join(folder, 'nights'), 'UTC');
    await history.addAll(
      sixteenNodes({ nights: 36, share }).map((rows) => ({
        ...rows,
        run: { ...rows.run, night: rows.run.night + days },
        attendance: rows.attendance.map((each) => ({ ...each, machine: named(each.machine) })),
        series: rows.series.map((each) => ({ ...each, subject: named(each.subject) })),
      })),
    );
    await expect(check(profile, 'nights')).rejects.toMatchObject({
      code: 'NOT_IN_FORCE',
      message: 'expected machines without an open event of the nights since, found 1',
    });
    expect(told.join('')).toMatch(/✖ node7 \(.*\): -\d\.\d % since 2027-01/);
    const [event] = (await history.judge()).events;
    const said = { at: dayAfter.toISOString(), author: 'ops', words: 'fan 3' };
    await history.say(event!.id, { ...said, action: 'repaired' });
    await history.close();
    // Nobody has seen the other machines since.
    await expect(check(profile, 'nights')).rejects.toMatchObject({ code: 'NOT_IN_FORCE' });
    const again = await History.open(join(folder, 'nights'), 'UTC');
    await again.add(laterNight(attendance));
    await again.close();
    expect(await check(profile, 'nights')).toBe(0);
    expect(told.join('')).toContain('no open event of them in the nights until 2027-01');
  });

  it('is left by nobody who could not sign it', async () => {
    const folder = copy();
    const failing = {
      publicKey: signer.publicKey,
      sign: () => Promise.reject(new Error('no card in the reader')),
    };
    await expect(signAt(join(folder, 'run'), failing, {}, 'storage')).rejects.toThrow('no card');
    expect(readdirSync(join(folder, 'run.report/signed'))).toEqual([profile]);
  });

  it('is signed by nobody where nothing was promised, or nothing is said of any machine', async () => {
    const folder = copy();
    const refuse = (change: Partial<Verdict>) =>
      signAltered(folder, (verdict) => ({ ...verdict, ...change }));
    await expect(refuse({ rehearsal: true })).rejects.toMatchObject({ code: 'USAGE' });
    removeFolder(join(folder, 'altered'));
    await expect(refuse({ cells: [] })).rejects.toMatchObject({ code: 'USAGE' });
    removeFolder(join(folder, 'altered'));
    const damage = [{ node: 'n1', file: 'nodes/n1/journal.ndjson', expected: 'a', found: 'b' }];
    await expect(
      signAltered(folder, (verdict) => ({ ...verdict, evidence: { ...verdict.evidence, damage } })),
    ).rejects.toMatchObject({ code: 'EVIDENCE_DAMAGED' });
    expect(readdirSync(folder)).not.toContain('altered.report');
  });
});

describe('a later run', () => {
  it('says of which machines something has changed, and what of the report is void', async () => {
    const registry = await loadRegistry();
    const readAt = async (path: string) => RunEvidence.read(await RunDirectory.open(path), registry);
    const signed = await readAt(join(base, 'run'));
    const verdict = judgeRun(signed);
    expect(findVoided(verdict, signed, signed)).toEqual({ events: [], cells: [], unknown: [] });
    const folder = copy();
    await writeRunToSign(folder, 1, 'later');
    expect(findVoided(verdict, signed, await readAt(join(folder, 'later')))).toMatchObject({
      unknown: ['n2'],
    });
  });
});
