import { generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createBundle, readBundle } from '../../../../harness/evidence/bundle.ts';
import { canonical } from '../../../../harness/evidence/canonical-json.ts';
import { createSigner } from '../../../support/signed-run.ts';
import { damagesOf, twinOf } from '../../../support/tamper.ts';

const signer = createSigner();
const payload = Buffer.from(
  canonical({ _type: 'x', subject: [{ name: 'manifest.json' }], text: '6 of 6 runs' }),
);
const bundle = await createBundle(payload, signer);

interface Envelope {
  payload: string;
  payloadType: string;
  signatures: { sig: string; keyid: string }[];
}
interface Parts {
  mediaType: string;
  verificationMaterial: { publicKey: { hint: string } };
  dsseEnvelope: Envelope;
}

const changed = (change: (parts: Parts) => unknown): Buffer => {
  const parts = JSON.parse(bundle) as Parts;
  return Buffer.from(canonical(change(parts) ?? parts));
};
const envelope = (change: (it: Envelope) => unknown): Buffer =>
  changed(({ dsseEnvelope }) => void change(dsseEnvelope));

describe('a bundle', () => {
  it('gives the bytes that were signed, to whoever has the key', async () => {
    expect(readBundle(Buffer.from(bundle), signer.publicKey)).toEqual({
      ok: true,
      value: { bytes: payload, value: JSON.parse(payload.toString()) as unknown },
    });
    const other = createSigner('ed25519');
    expect(readBundle(Buffer.from(bundle), other.publicKey)).toMatchObject({ ok: false });
    expect(readBundle(Buffer.from(await createBundle(payload, other)), other.publicKey).ok).toBe(true);
  });

  it('is refused with any bit, byte or place of it changed', () => {
    let cases = 0;
    const taken: string[] = [];
    for (const damage of damagesOf(Buffer.from(bundle))) {
      cases += 1;
      if (readBundle(damage, signer.publicKey).ok) taken.push(damage.toString('latin1'));
    }
    expect(taken).toEqual([]);
    expect(cases).toBe(15 * bundle.length + 6);
  });

  const signatureIn = (): string => (JSON.parse(bundle) as Parts).dsseEnvelope.signatures[0]?.sig ?? '';
  const twin = (): string => twinOf(Buffer.from(signatureIn(), 'base64')).toString('base64');
  const setSig = (sig: string) =>
    envelope(({ signatures: [first] }) => first && Object.assign(first, { sig }));

  it.each<[string, () => Buffer, string]>([
    ['pretty-printed', () => Buffer.from(JSON.stringify(JSON.parse(bundle), undefined, 1)), 'canonical one'],
    [
      'of media type 0.2',
      () => changed((it) => void (it.mediaType = it.mediaType.replace('v0.3', 'v0.2'))),
      'mediaType',
    ],
    [
      'with another hint',
      () => changed((it) => void (it.verificationMaterial.publicKey.hint = 'SHA256:x')),
      'hint',
    ],
    [
      'with another keyid',
      () => envelope(({ signatures: [it] }) => it && Object.assign(it, { keyid: '' })),
      'keyid',
    ],
    [
      'with two signatures',
      () => envelope((it) => it.signatures.push(...it.signatures)),
      'number of signatures',
    ],
    ['with none', () => envelope((it) => (it.signatures = [])), 'number of signatures'],
    ['with an unknown field', () => changed((it) => ({ ...it, more: 1 })), 'the fields'],
    [
      'with an unknown field of its envelope',
      () => envelope((it) => Object.assign(it, { more: 1 })),
      'the fields',
    ],
    ['without a field', () => envelope((it) => Object.assign(it, { payloadType: undefined })), 'the fields'],
    ['of a prototype', () => Buffer.from(bundle.replace('{', '{"__proto__":{},')), 'the fields'],
    ['with a field twice', () => Buffer.from(bundle.replace('{', '{"mediaType":"x",')), 'each key once'],
    ['of another payload type', () => envelope((it) => (it.payloadType = 'application/json')), 'payloadType'],
    [
      'of URL-safe base64',
      () => setSig(signatureIn().replaceAll('+', '-').replaceAll('/', '_').replace(/=*$/, '')),
      'base64',
    ],
    [
      'of unpadded base64',
      () => envelope((it) => (it.payload = `${it.payload.replace(/=+$/, '')} `)),
      'base64',
    ],
    ['with the greater s', () => setSig(twin()), 'the greater s'],
    [
      'of another curve',
      () =>
        setSig(
          sign('sha384', payload, generateKeyPairSync('ec', { namedCurve: 'secp384r1' }).privateKey).toString(
            'base64',
          ),
        ),
      'minimal DER',
    ],
    [
      'of RSA',
      () =>
        setSig(
          sign('sha256', payload, generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey).toString(
            'base64',
          ),
        ),
      'minimal DER',
    ],
    [
      'of another payload',
      () => envelope((it) => (it.payload = Buffer.from('{}').toString('base64'))),
      'over these bytes',
    ],
    ['that is no object', () => Buffer.from('[]'), 'no fields'],
    ['that is empty', () => Buffer.alloc(0), 'one JSON document'],
    ['of 5 MiB', () => Buffer.alloc(5 * 1024 * 1024, 0x20), 'bytes, more than'],
  ])('is refused %s', (_, make, why) => {
    expect(readBundle(make(), signer.publicKey)).toEqual({
      ok: false,
      error: expect.stringContaining(why) as unknown,
    });
  });

  it('is refused where what is signed is no canonical text', async () => {
    const loose = await createBundle(Buffer.from('{"b":1, "a":2}'), signer);
    expect(readBundle(Buffer.from(loose), signer.publicKey)).toMatchObject({ ok: false });
  });
});
