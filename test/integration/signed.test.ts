import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readPublicKey } from '../../harness/evidence/public-key.ts';
import { addTrustedKey } from '../../harness/evidence/trust-file.ts';
import { runAssay } from '../support/run-assay.ts';
import { createSigner, signAt, writeRunToSign } from '../support/signed-run.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { writeKey } from '../support/write-key.ts';

describe('assay sign and assay verify', () => {
  it('sign with a key and with a command, and show of each what holds', async () => {
    const cwd = temporaryDirectory();
    await writeRunToSign(cwd, 2);
    writeKey(join(cwd, 'site.key'), 'ecdsa-p256', 'correct horse battery');
    const other = writeKey(join(cwd, 'hsm.key'), 'ecdsa-p256');
    const assay = (...args: readonly string[]) =>
      runAssay(args, {
        cwd,
        wrapper: ['bash', '-c', 'umask 0; exec "$@" 3<<< "correct horse battery"', 'bash'],
      });

    const signed = await assay('sign', 'run', '--key', 'site.key', '--passphrase-fd', '3');
    expect([signed.exitCode, signed.stderr]).toEqual([
      0,
      expect.stringContaining('signed    run.report/signed/survey/'),
    ]);
    const conformity = readFileSync(join(cwd, 'run.report/conformity.en.html'), 'utf8');
    expect(conformity).toMatch(/Signed by<\/dt><dd>.*SHA256:/);
    // One in another language, which names the first signer only.
    writeFileSync(join(cwd, 'run.report/conformity.es.html'), '');
    const command = ['--signer', 'openssl dgst -sha256 -sign hsm.key', '--public-key', 'hsm.key.pub'];
    expect((await assay('sign', 'run', ...command)).exitCode).toBe(0);

    const verified = await assay('verify', 'run', '--key', 'hsm.key.pub', '--recompute');
    expect(verified.stdout).toContain(`trusted: ${other}`);
    expect(verified.stdout).toMatch(
      /all \d+ files are as they were signed[^]*conformity\.en\.html says what was signed[^]*conformity\.es\.html says what[^]*all \d+ cells come out the same[^]*in force until/,
    );
    expect([verified.exitCode, verified.stderr.replace(/\nNot what Assay[^]*/, '')]).toEqual([0, '']);
    const key = readPublicKey(readFileSync(join(cwd, 'site.key.pub'), 'utf8'));
    if (!key.ok) throw new Error(key.error);
    const said = { name: 'us', role: 'operator', from: '2026-01-01', until: undefined, reason: undefined };
    writeFileSync(join(cwd, 'trust.yaml'), addTrustedKey({ file: 'trust.yaml', text: '' }, key.value, said));
    const unknown = await assay('verify', 'run');
    expect([unknown.exitCode, unknown.stderr]).toEqual([
      4,
      expect.stringContaining('signature consistent, signer not trusted'),
    ]);
    const shallow = await assay('verify', 'run', '--trust', 'trust.yaml', '--no-recompute');
    expect([shallow.exitCode, shallow.stderr]).toEqual([4, expect.stringContaining('NOT_REPRODUCED')]);
    // What a customer reads is not signed itself, and may say nothing else.
    writeFileSync(join(cwd, 'run.report/conformity.en.html'), conformity.replace('SHA256:', 'SHA255:'));
    const changed = await assay('verify', 'run', '--key', 'hsm.key.pub');
    expect([changed.exitCode, changed.stderr]).toEqual([
      4,
      expect.stringMatching(/EVIDENCE_DAMAGED .*conformity\.en\.html/),
    ]);
    for (const file of readdirSync(join(cwd, 'run.report'), { recursive: true, encoding: 'utf8' }))
      expect(existsSync(join(cwd, 'run', file)) && file !== 'run.json').toBe(false);
  });

  it('verify what `assay bundle` packs, in one file, whatever else is written beside it', async () => {
    const cwd = temporaryDirectory();
    await writeRunToSign(cwd, 2);
    mkdirSync(join(cwd, 'spec'));
    writeFileSync(join(cwd, 'spec/root.json'), '{"$id":"https://example.com/a","$ref":"/b"}');
    writeFileSync(join(cwd, 'spec/b.json'), '{"$id":"https://example.com/b","required":["sequenceNumber"]}');
    const ocp = await runAssay(['ocp', 'run', '--schema', 'spec/root.json'], { cwd });
    expect([ocp.exitCode, ocp.stderr, ocp.stdout]).toEqual([
      0,
      '',
      'run.report/ocp/n1.jsonl\nrun.report/ocp/n2.jsonl\n',
    ]);
    const signer = createSigner();
    await signAt(join(cwd, 'run'), signer);
    writeFileSync(join(cwd, 'key.pem'), signer.publicKey.pem);
    // In each language in which one was made, as it follows from what was signed.
    for (const language of ['ar', 'es'])
      writeFileSync(join(cwd, `run.report/conformity.${language}.html`), 'CONFORMS');
    const packed = await runAssay(['bundle', 'run'], { cwd });
    expect([packed.exitCode, packed.stderr]).toEqual([0, '']);
    const file = join(cwd, 'constructed.survey.tar');
    expect(packed.stdout).toBe(`${file}\n`);
    const { exitCode, stdout } = await runAssay(['verify', file, '--key', 'key.pem'], { cwd });
    expect([exitCode, stdout]).toEqual([
      0,
      expect.stringMatching(
        /● conformity\.es\.html says what was signed\n● conformity\.ar\.html says[^]*come out the same/,
      ),
    ]);
    const page = execFileSync('tar', ['xOf', file, 'constructed.report/conformity.es.html']).toString();
    expect(page).toContain(signer.publicKey.fingerprint);
    const bytes = readFileSync(file);
    const other = Buffer.from(bytes);
    other.write('SHA255', other.indexOf('SHA256:', other.indexOf('conformity.es.html')));
    writeFileSync(file, other);
    const forged = await runAssay(['verify', file, '--key', 'key.pem'], { cwd });
    expect([forged.exitCode, forged.stderr]).toEqual([
      4,
      expect.stringMatching(/EVIDENCE_DAMAGED .*conformity\.es\.html/),
    ]);
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
    writeFileSync(file, bytes);
    const changed = await runAssay(['verify', file, '--key', 'key.pem'], { cwd });
    expect([changed.exitCode, changed.stderr]).toEqual([4, expect.stringContaining('EVIDENCE_DAMAGED')]);
  });

  it('verify a copy on which nothing can be written, in another place, time zone and language, through tar', async () => {
    const cwd = temporaryDirectory();
    await writeRunToSign(cwd, 1);
    writeKey(join(cwd, 'site.key'), 'ed25519');
    expect((await runAssay(['sign', 'run', '--key', 'site.key'], { cwd })).exitCode).toBe(0);
    mkdirSync(join(cwd, 'elsewhere'));
    execFileSync('sh', ['-c', 'tar cf - run run.report | (umask 077; cd elsewhere && tar xf -)'], { cwd });
    cpSync(join(cwd, 'site.key.pub'), join(cwd, 'elsewhere/key.pem'));
    execFileSync('chmod', ['-R', 'a-w', 'elsewhere'], { cwd });
    const env = { TZ: 'Pacific/Kiritimati', LC_ALL: 'C' };
    const { exitCode, stderr } = await runAssay(['verify', 'run', '--key', 'key.pem'], {
      cwd: join(cwd, 'elsewhere'),
      env,
      wrapper: [
        'unshare',
        '-r',
        '-n',
        '-m',
        'sh',
        '-c',
        'mount --bind . . && mount -o remount,bind,ro . && cd "$PWD" && exec "$@"',
        'sh',
      ],
    });
    expect([exitCode, stderr.replace(/\nNot what Assay[^]*/, '')]).toEqual([0, '']);
    chmodSync(join(cwd, 'elsewhere'), 0o700);
    execFileSync('chmod', ['-R', 'u+w', 'elsewhere'], { cwd });
    expect(readFileSync(join(cwd, 'elsewhere/run/run.json'))).toEqual(
      readFileSync(join(cwd, 'run/run.json')),
    );
  });
});
