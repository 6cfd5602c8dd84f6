import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readLedger } from '../../harness/store/ledger.ts';
import { quickHash, runAssay, writeSuite } from '../support/run-assay.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { writeKey } from '../support/write-key.ts';

describe('a ledger of runs', () => {
  it('has each attempt from before its first login on, and what is signed says all of them', async () => {
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
