import { hash, verify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { readCheckpoint, writeCheckpoint } from '../../../../harness/evidence/checkpoint.ts';
import { addCosignature, readCosignatures } from '../../../../harness/evidence/cosignature.ts';
import { rootOf } from '../../../../harness/evidence/merkle.ts';
import { readTlogProof, writeTlogProof } from '../../../../harness/evidence/tlog-proof.ts';
import { createSigner } from '../../../support/signed-run.ts';

const ledger = createSigner('ed25519');
const witness = createSigner('ed25519');
const at = new Date('2026-11-24T08:00:00.000Z');
const name = 'example.net/w1';
const note = await writeCheckpoint({ origin: 'example.com/hall-3', size: 0, root: rootOf([]) }, ledger);
const signed = await addCosignature(note, { name, signer: witness, at });

describe('a cosignature', () => {
  it('is a line of the note as C2SP has it, beside that of the ledger', () => {
    const line = signed.slice(note.length);
    expect(signed.startsWith(note)).toBe(true);
    const [, encoded = ''] = /^— example\.net\/w1 ([A-Za-z0-9+/=]+)\n$/.exec(line) ?? [];
    const bytes = Buffer.from(encoded, 'base64');
    const { x = '' } = witness.publicKey.key.export({ format: 'jwk' });
    const id = hash(
      'sha256',
      Buffer.concat([Buffer.from(`${name}\n\x04`), Buffer.from(x, 'base64url')]),
      'buffer',
    );
    expect(bytes.subarray(0, 4)).toEqual(id.subarray(0, 4));
    expect(bytes.readBigUInt64BE(4)).toBe(BigInt(at.getTime() / 1000));
    const message = `cosignature/v1\ntime ${at.getTime() / 1000}\n${note.slice(0, note.indexOf('\n\n') + 1)}`;
    expect(verify(null, Buffer.from(message), witness.publicKey.key, bytes.subarray(12))).toBe(true);
    expect(readCheckpoint(signed, ledger.publicKey).ok).toBe(true);
  });

  it('is told of keys that are asked for, with the time by their clocks', async () => {
    const other = createSigner('ed25519');
    const both = await addCosignature(signed, { name: 'example.org', signer: other, at: new Date(0) });
    expect(readCosignatures(both, [witness.publicKey, other.publicKey])).toEqual([
      { name, key: witness.publicKey, at },
      { name: 'example.org', key: other.publicKey, at: new Date(0) },
    ]);
    expect(readCosignatures(both, [createSigner('ed25519').publicKey, createSigner().publicKey])).toEqual([]);
    expect(readCosignatures(note, [witness.publicKey, ledger.publicKey])).toEqual([]);
  });

  it('vouches for nothing with any bit of it or of the note changed', () => {
    const bytes = Buffer.from(signed);
    let found = 0;
    for (let bit = 0; bit < 8 * bytes.length; bit += 1) {
      const damage = Buffer.from(bytes);
      damage[bit >> 3] = (damage[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      // The line of the ledger is not what a cosigner signs: it is checked by its own key.
      const isOwn = bit >> 3 >= note.indexOf('\n\n') + 2 && bit >> 3 < Buffer.byteLength(note);
      if (!isOwn) found += readCosignatures(damage.toString(), [witness.publicKey]).length;
    }
    expect(found).toBe(0);
  });

  it('is made for a note, by a name without white space and a key of Ed25519 only', async () => {
    for (const [text, by, signer] of [
      ['no note', name, witness],
      [note, 'two words', witness],
      [note, name, createSigner()],
    ] as const)
      await expect(addCosignature(text, { name: by, signer, at })).rejects.toThrow(RangeError);
  });
});

describe('a file that proves the place of an entry', () => {
  const proof = { index: 4, proof: [Buffer.alloc(32, 1), Buffer.alloc(32, 2)], note: signed };
  const text = writeTlogProof(proof);

  it('is read as it was written, whatever extra data somebody put in', () => {
    expect(text).toMatch(
      /^c2sp\.org\/tlog-proof@v1\nindex 4\n[^\n]{44}\n[^\n]{44}\n\nexample\.com\/hall-3\n0\n/,
    );
    expect(readTlogProof(text)).toEqual({ ok: true, value: proof });
    expect(readTlogProof(text.replace('index', 'extra YWJj\nindex'))).toEqual({ ok: true, value: proof });
    expect(readTlogProof(writeTlogProof({ ...proof, proof: [] })).ok).toBe(true);
  });

  it.each([
    ['another version', text.replace('@v1', '@v2')],
    ['no index', text.replace('index 4\n', '')],
    ['a leading zero', text.replace('index 4', 'index 04')],
    ['a negative index', text.replace('index 4', 'index -4')],
    ['a hash that is none', text.replace(/AQEB/, 'AQE')],
    [
      'other base64',
      text.replace(
        'AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=',
        'AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQF=',
      ),
    ],
    [
      'too many hashes',
      writeTlogProof({ ...proof, proof: Array.from({ length: 65 }, () => Buffer.alloc(32)) }),
    ],
    ['no checkpoint', text.slice(0, text.indexOf('\n\n'))],
    ['nothing', ''],
    ['more than any', 'x\n\n'.repeat(10_000)],
  ])('is refused with %s', (_, other) => {
    expect(readTlogProof(other).ok).toBe(false);
  });
});
