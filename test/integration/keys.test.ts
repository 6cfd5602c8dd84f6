import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { runAssay } from '../support/run-assay.ts';
import { createSmallRun } from '../support/small-run.ts';
import { temporaryDirectory } from '../support/temporary.ts';

const words = 'correct horse battery';
let cwd: string;

beforeEach(() => {
  cwd = temporaryDirectory();
});

/** With a passphrase at file descriptor 3. */
const keys = (args: readonly string[], passphrase = words) =>
  runAssay(['keys', ...args, '--passphrase-fd', '3'], {
    cwd,
    wrapper: ['bash', '-c', `umask 0; exec "$@" 3<<< '${passphrase}'`, 'bash'],
  });
const openssl = (...args: readonly string[]): string =>
  execFileSync('openssl', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

describe('assay keys', () => {
  it.each([
    'ecdsa-p256',
    'ed25519',
  ])('makes a key of %s that OpenSSL reads and nobody else may', async (algorithm) => {
    const made = await keys(['new', 'site.key', '--algorithm', algorithm]);
    expect(made.stderr).toBe('');
    expect(made.exitCode).toBe(0);
    expect(made.stdout).toMatch(/^fingerprint {2}SHA256:[A-Za-z0-9+/]{43}$/m);
    for (const file of ['site.key', 'site.key.pub'])
      expect(statSync(join(cwd, file)).mode & 0o777).toBe(0o600);
    expect(openssl('pkey', '-in', 'site.key', '-passin', `pass:${words}`, '-pubout')).toBe(
      readFileSync(join(cwd, 'site.key.pub'), 'utf8'),
    );
    expect(openssl('asn1parse', '-in', 'site.key')).toMatch(
      /PBES2[^]*1\.3\.6\.1\.4\.1\.11591\.4\.11|scrypt[^]*aes-256-cbc/,
    );
    // The one line that ssh-keygen takes.
    writeFileSync(join(cwd, 'ssh.pub'), /^ssh +(.*)$/m.exec(made.stdout)?.[1] ?? '');
    const [, fingerprint] = execFileSync('ssh-keygen', ['-lf', 'ssh.pub'], { cwd, encoding: 'utf8' }).split(
      ' ',
    );
    expect(made.stdout).toContain(`fingerprint  ${fingerprint}`);
    for (const file of ['site.key', 'site.key.pub'])
      expect((await keys(['show', file])).stdout).toContain(`fingerprint  ${fingerprint}`);

    const again = await keys(['new', 'site.key']);
    expect([again.exitCode, again.stderr]).toEqual([64, expect.stringContaining('KEY_REFUSED')]);
    expect((await keys(['show', 'site.key'], 'another one')).stderr).toContain(
      'this passphrase does not open',
    );
  });

  it('adds keys to those that are trusted', async () => {
    await keys(['new', 'site.key']);
    const trust = await keys([
      'trust',
      'site.key.pub',
      '--name',
      'Rack & Stack',
      '--role',
      'installer',
      '--from',
      '2026-01-01',
    ]);
    expect([trust.exitCode, trust.stderr]).toEqual([0, '']);
    expect(readFileSync(join(cwd, 'trust.yaml'), 'utf8')).toContain('name: "Rack & Stack"');
    const twice = await keys(['trust', 'site.key.pub', '--name', 'us', '--role', 'operator']);
    expect([twice.exitCode, twice.stderr]).toEqual([64, expect.stringContaining('each key once')]);
  });

  it('refuses what it cannot use, and writes nothing', async () => {
    mkdirSync(join(cwd, 'a'));
    await createSmallRun(join(cwd, 'a/run'));
    await keys(['new', 'site.key']);
    openssl('ecparam', '-name', 'secp384r1', '-genkey', '-noout', '-out', 'p384.key');
    chmodSync(join(cwd, 'p384.key'), 0o600);
    writeFileSync(join(cwd, 'large'), '-----BEGIN PUBLIC KEY-----\n'.repeat(1000));
    const before = readdirSync(cwd);
    const refusals = new Map<
      string,
      { readonly args: readonly string[]; readonly words?: string; readonly code?: string }
    >([
      ['a run directory', { args: ['new', 'a/run/site.key'] }],
      ['a folder of reports', { args: ['new', 'a/run.report/site.key'] }],
      ['a short passphrase', { args: ['new', 'short.key'], words: 'short' }],
      ['no folder', { args: ['new', 'none/site.key'] }],
      ['another kind', { args: ['show', 'p384.key'] }],
      ['no key', { args: ['show', 'none'] }],
      ['a large file', { args: ['show', 'large'] }],
      ['nobody named', { args: ['trust', 'site.key.pub'], code: 'USAGE' }],
    ]);
    for (const [what, { args, words: given, code = 'KEY_REFUSED' }] of refusals) {
      const { exitCode, stderr } = await keys(args, given);
      expect([what, exitCode, stderr.slice(0, 40)]).toEqual([what, 64, expect.stringContaining(code)]);
    }
    chmodSync(join(cwd, 'site.key'), 0o640);
    expect((await keys(['show', 'site.key'])).stderr).toContain('mode 640');
    expect(readdirSync(cwd)).toEqual(before);
    expect(existsSync(join(cwd, 'a/run.report'))).toBe(false);
    // Without a file descriptor it asks, and here nobody can type.
    const asked = await runAssay(['keys', 'new', 'other.key'], { cwd, wrapper: ['setsid', '-w'] });
    expect([asked.exitCode, asked.stderr]).toEqual([64, expect.stringContaining('expected a terminal')]);
  });
});
