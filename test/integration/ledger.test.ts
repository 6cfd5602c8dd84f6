import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readPublicKey } from '../../harness/evidence/public-key.ts';
import { addTrustedKey } from '../../harness/evidence/trust-file.ts';
import { readLedger } from '../../harness/store/ledger.ts';
import { quickHash, runAssay, writeSuite } from '../support/run-assay.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { writeKey } from '../support/write-key.ts';

describe('a ledger of runs', () => {
  it('has each attempt from before its first login on, and what is signed says all of them', {
    timeout: 120_000,
  }, async () => {
    const cwd = temporaryDirectory();
    const suite = writeSuite(cwd, [quickHash({ repetitions: 1, budgetSeconds: 10 })]);
    writeFileSync(
      join(cwd, 'rack.yaml'),
      'schema: assay/inventory\nschemaVersion: 1\nnodes: [{ name: here, host: local }]\n',
    );
    writeFileSync(
      join(cwd, 'away.yaml'),
      'schema: assay/inventory\nschemaVersion: 1\nnodes: [{ name: away, host: "127.0.0.1:1" }]\n',
    );
    writeKey(join(cwd, 'site.key'), 'ecdsa-p256');
    const assay = (...args: readonly string[]) =>
      runAssay(args, { cwd, env: { XDG_STATE_HOME: join(cwd, 'state') } });
    const certify = (inventory: string, ...args: readonly string[]) =>
      assay('certify', inventory, '--profile', 'storage', '--suite', suite, '--exclusive-confirmed', ...args);

    expect((await assay('ledger', 'show')).exitCode).toBe(64);
    expect((await assay('ledger', 'init', '--origin', 'example.com/hall-3')).exitCode).toBe(0);
    const away = await certify('away.yaml', '--out', 'away');
    expect([away.exitCode, away.stderr]).toEqual([3, expect.stringMatching(/HOST_UNREACHABLE|AUTH_FAILED/)]);
    const done = await certify('rack.yaml', '--out', 'run', '--key', 'site.key');
    expect(done.stderr).toContain('signed    run.report/signed/storage/');

    const folder = join(cwd, 'state/assay/ledger');
    const { entries } = readLedger(folder);
    expect(
      entries.map((entry) => [
        entry.type,
        entry.type === 'end' ? (entry.code ?? entry.conclusion) : undefined,
      ]),
    ).toEqual([
      ['begin', undefined],
      ['end', expect.stringMatching(/HOST_UNREACHABLE|AUTH_FAILED/)],
      ['begin', undefined],
      ['identity', undefined],
      ['end', expect.stringMatching(/fail|undecided/)],
    ]);
    const verified = await assay('verify', 'run', '--key', 'site.key.pub', '--ledger', folder);
    expect(verified.stdout).toMatch(
      /entry 2 of 5 in the ledger example.com\/hall-3, 1 attempts, counted again/,
    );
    expect([verified.exitCode, verified.stderr]).toEqual([done.exitCode, '']);
    const copy = await assay('ledger', 'verify', folder, '--against', join(folder, 'checkpoints/2'));
    expect([copy.exitCode, copy.stdout]).toEqual([0, expect.stringContaining('the first 2 are those of')]);

    // A customer signs what he saw, and whoever verifies is told so.
    writeKey(join(cwd, 'w.key'), 'ed25519');
    const witness = ['ledger', 'witness', folder, '--key', 'w.key', '--name', 'example.net/w1'];
    const seen = await assay(...witness, '--first');
    expect([seen.exitCode, seen.stdout]).toEqual([0, expect.stringContaining('— example.net/w1 ')]);
    writeFileSync(join(cwd, 'seen.checkpoint'), seen.stdout);
    const proof = await assay('ledger', 'proof', 'run', '--checkpoint', 'seen.checkpoint');
    expect(proof.stdout).toMatch(/^c2sp\.org\/tlog-proof@v1\nindex 2\n/);
    writeFileSync(join(cwd, 'run.tlog-proof'), proof.stdout);
    let trust = '';
    for (const [file, role] of [
      ['site.key.pub', 'operator'],
      ['w.key.pub', 'witness'],
    ] as const) {
      const key = readPublicKey(readFileSync(join(cwd, file), 'utf8'));
      if (!key.ok) throw new Error(key.error);
      const said = { name: role, role, from: '2026-01-01', until: undefined, reason: undefined };
      trust = addTrustedKey({ file: 'trust.yaml', text: trust }, key.value, said);
    }
    writeFileSync(join(cwd, 'trust.yaml'), trust);
    const witnessed = await assay('verify', 'run', '--trust', 'trust.yaml', '--proof', 'run.tlog-proof');
    expect(witnessed.stdout).toMatch(/witnessed on \S+ by witness \(example\.net\/w1\)/);

    // What cannot be entered is not measured.
    writeFileSync(
      join(folder, 'entries.ndjson'),
      readFileSync(join(folder, 'entries.ndjson'), 'utf8').replace('storage', 'survey'),
    );
    const refused = await certify('rack.yaml', '--out', 'more');
    expect([refused.exitCode, refused.stderr]).toEqual([3, expect.stringContaining('LEDGER_UNUSABLE')]);
    expect(existsSync(join(cwd, 'more'))).toBe(false);
    appendFileSync(join(folder, 'entries.ndjson'), '{');
    expect((await assay('ledger', 'verify')).exitCode).toBe(4);
  });
});
