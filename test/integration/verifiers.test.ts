import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { payloadType, preAuthentication } from '../../harness/evidence/dsse.ts';
import type { Signer } from '../../harness/evidence/private-key.ts';
import { createSigner, signAt, writeRunToSign } from '../support/signed-run.ts';
import { twinOf } from '../support/tamper.ts';
import { removeFolder } from '../support/temporary.ts';

// What others find of our bundles, without a network: they check a signature and a digest, and not what is said.

const hasCosign = (process.env['PATH'] ?? '').split(':').some((folder) => existsSync(join(folder, 'cosign')));
const mustRun = process.env['CI'] === 'true';
const testResult = 'https://in-toto.io/attestation/test-result/v0.1';

interface Bundle {
  mediaType: string;
  verificationMaterial: { publicKey: { hint: string } };
  dsseEnvelope: { payload: string; payloadType: string; signatures: { sig: string; keyid?: string }[] };
}
interface Statement {
  subject: { name: string; digest: Record<string, string> }[];
  predicateType: string;
  predicate: { result: string };
  more?: unknown;
}

const signers: Readonly<Record<'ecdsa-p256' | 'ed25519', Signer>> = {
  'ecdsa-p256': createSigner('ecdsa-p256'),
  ed25519: createSigner('ed25519'),
};
const { 'ecdsa-p256': own, ed25519 } = signers;
let cwd: string;
let bundle: Bundle;
let statement: Statement;
let manifest: string;

beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), 'assay-verifiers-'));
  await writeRunToSign(cwd, 1);
  const path = join(cwd, 'run');
  bundle = JSON.parse(readFileSync(await signAt(path, own), 'utf8')) as Bundle;
  statement = JSON.parse(Buffer.from(bundle.dsseEnvelope.payload, 'base64').toString()) as Statement;
  manifest = join(cwd, 'run.report/signed/survey/manifest.json');
  writeFileSync(
    join(cwd, 'empty-root.json'),
    '{"mediaType":"application/vnd.dev.sigstore.trustedroot+json;version=0.1","tlogs":[],"certificateAuthorities":[],"ctlogs":[],"timestampAuthorities":[]}',
  );
  for (const [name, { publicKey }] of Object.entries(signers))
    writeFileSync(join(cwd, `${name}.pem`), publicKey.pem);
});
afterAll(() => removeFolder(cwd));

/** Whether cosign takes a bundle, in a namespace without a network. */
function cosign(
  text: string,
  {
    key = 'ecdsa-p256',
    type = testResult,
    blob = manifest,
  }: { readonly key?: string; readonly type?: string | null; readonly blob?: string } = {},
): boolean {
  writeFileSync(join(cwd, 'bundle.json'), text);
  const { status, stderr } = spawnSync(
    'unshare',
    [
      '-rn',
      'cosign',
      'verify-blob-attestation',
      '--bundle',
      'bundle.json',
      '--new-bundle-format',
      '--key',
      `${key}.pem`,
      '--trusted-root',
      'empty-root.json',
      '--insecure-ignore-tlog=true',
      ...(type === null ? [] : ['--type', type]),
      blob,
    ],
    { cwd, encoding: 'utf8', env: { ...process.env, HOME: cwd } },
  );
  expect(stderr).not.toMatch(/unknown flag|unknown command/);
  return status === 0;
}

/** The bundle with another statement in it, signed by somebody who can. */
async function resigned(
  change: (it: Statement) => unknown,
  {
    signer = own,
    pretty = false,
    type = payloadType,
  }: { readonly signer?: Signer; readonly pretty?: boolean; readonly type?: string } = {},
): Promise<Bundle> {
  const copy = structuredClone(statement);
  const payload = Buffer.from(JSON.stringify(change(copy) ?? copy, undefined, pretty ? 1 : undefined));
  const pae = Buffer.from(
    preAuthentication(payload)
      .toString('latin1')
      .replace(`${payloadType.length} ${payloadType}`, `${type.length} ${type}`),
    'latin1',
  );
  const { fingerprint } = signer.publicKey;
  const signatures = [{ sig: (await signer.sign(pae)).toString('base64'), keyid: fingerprint }];
  return {
    mediaType: bundle.mediaType,
    verificationMaterial: { publicKey: { hint: fingerprint } },
    dsseEnvelope: { payload: payload.toString('base64'), payloadType: type, signatures },
  };
}

function changed(change: (it: Bundle) => unknown): string {
  const copy = structuredClone(bundle);
  return JSON.stringify(change(copy) ?? copy);
}

const withKeyid = (keyid: string | undefined): string =>
  changed((it) => {
    const [signature] = it.dsseEnvelope.signatures;
    if (keyid === undefined) delete signature?.keyid;
    else if (signature) signature.keyid = keyid;
  });

function twin(): string {
  return changed(({ dsseEnvelope: { signatures } }) => {
    const [first] = signatures;
    if (first) first.sig = twinOf(Buffer.from(first.sig, 'base64')).toString('base64');
  });
}

describe.skipIf(!hasCosign && !mustRun)('cosign', () => {
  it('takes what Assay signs, and what says something else', async () => {
    const text = JSON.stringify(bundle);
    const taken: Readonly<Record<string, boolean>> = {
      'as it is written': cosign(text),
      'without keyid': cosign(withKeyid(undefined)),
      'with an empty keyid': cosign(withKeyid('')),
      'of Ed25519': cosign(JSON.stringify(await resigned(() => undefined, { signer: ed25519 })), {
        key: 'ed25519',
      }),
      'pretty-printed': cosign(JSON.stringify(bundle, undefined, 1)),
      'with a pretty-printed statement': cosign(
        JSON.stringify(await resigned(() => undefined, { pretty: true })),
      ),
      'with a second subject alone of interest': cosign(text, {
        blob: join(cwd, 'run.report/signed/survey/identity/n1.json'),
      }),
      'with another --type': cosign(text, { type: 'https://slsa.dev/provenance/v1' }),
      'without --type': cosign(text, { type: null }),
      'of another kind of statement': cosign(
        JSON.stringify(await resigned((it) => void (it.predicateType = 'https://x.example/y'))),
      ),
      // It checks a signature and a digest, and nothing else.
      'that says FAILED': cosign(
        JSON.stringify(await resigned((it) => void (it.predicate.result = 'FAILED'))),
      ),
      'with another hint': cosign(changed((it) => void (it.verificationMaterial.publicKey.hint = 'x'))),
      'with the greater s': cosign(twin()),
      'of media type 0.2': cosign(
        changed(
          (it) =>
            void (it.mediaType = it.mediaType
              .replace('v0.3+json', 'v0.2+json')
              .replace('bundle.v0.2+json', 'bundle+json;version=0.2')),
        ),
      ),
      'of URL-safe base64 without padding': cosign(
        changed(
          (it) =>
            void (it.dsseEnvelope.payload = it.dsseEnvelope.payload
              .replaceAll('+', '-')
              .replaceAll('/', '_')
              .replace(/=+$/, '')),
        ),
      ),
    };
    expect(Object.keys(taken).filter((what) => taken[what] === false)).toEqual([]);
  });

  it('refuses what is not signed by the key, is about another file, or is no envelope of its kind', async () => {
    const text = JSON.stringify(bundle);
    const hex = Buffer.from(own.publicKey.fingerprint).toString('hex');
    const refused: Readonly<Record<string, boolean>> = {
      'another payload': cosign(
        changed(
          (it) =>
            void (it.dsseEnvelope.payload = Buffer.from(JSON.stringify({ ...statement, more: 1 })).toString(
              'base64',
            )),
        ),
      ),
      'another key': cosign(text, { key: 'ed25519' }),
      'another file': cosign(text, { blob: join(cwd, 'run/run.json') }),
      'a keyid in hex': cosign(withKeyid(hex)),
      'a subject of sha512 only': cosign(
        JSON.stringify(
          await resigned(
            (it) => void (it.subject = [{ name: 'manifest.json', digest: { sha512: '0'.repeat(128) } }]),
          ),
        ),
      ),
      'no subject': cosign(JSON.stringify(await resigned((it) => void (it.subject = [])))),
      'two signatures': cosign(
        changed((it) => void it.dsseEnvelope.signatures.push(...structuredClone(it.dsseEnvelope.signatures))),
      ),
      'an unknown field of the bundle': cosign(changed((it) => ({ ...it, more: 1 }))),
      'an unknown field of the envelope': cosign(
        changed((it) => ({ ...it, dsseEnvelope: { ...it.dsseEnvelope, more: 1 } })),
      ),
      'an unknown field of the statement': cosign(JSON.stringify(await resigned((it) => void (it.more = 1)))),
      'a field twice': cosign(text.replace('{', `{"mediaType":"${bundle.mediaType}",`)),
      'another payload type': cosign(
        JSON.stringify(await resigned(() => undefined, { type: 'application/vnd.other+json' })),
      ),
    };
    expect(Object.keys(refused).filter((what) => refused[what] === true)).toEqual([]);
  });
});

describe('OpenSSL', () => {
  it.each([
    'ecdsa-p256',
    'ed25519',
  ] as const)('finds a signature of %s right over its bytes, and over no others', async (algorithm) => {
    const made = await resigned(() => undefined, { signer: signers[algorithm] });
    const payload = Buffer.from(made.dsseEnvelope.payload, 'base64');
    const pae = preAuthentication(payload);
    writeFileSync(join(cwd, 's'), Buffer.from(made.dsseEnvelope.signatures[0]?.sig ?? '', 'base64'));
    const check = (bytes: Buffer): boolean => {
      writeFileSync(join(cwd, 'pae'), bytes);
      const args =
        algorithm === 'ed25519'
          ? [
              'pkeyutl',
              '-verify',
              '-pubin',
              '-inkey',
              `${algorithm}.pem`,
              '-rawin',
              '-in',
              'pae',
              '-sigfile',
              's',
            ]
          : ['dgst', '-sha256', '-verify', `${algorithm}.pem`, '-signature', 's', 'pae'];
      return spawnSync('openssl', args, { cwd }).status === 0;
    };
    expect(check(pae)).toBe(true);
    expect(check(Buffer.concat([pae, Buffer.from(' ')]))).toBe(false);
    expect(check(payload)).toBe(false);
  });
});
