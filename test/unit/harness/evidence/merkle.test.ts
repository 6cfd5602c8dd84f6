import { hash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { readCheckpoint, writeCheckpoint } from '../../../../harness/evidence/checkpoint.ts';
import { isIncluded, leafHash, proveInclusion, rootOf } from '../../../../harness/evidence/merkle.ts';
import { createSigner } from '../../../support/signed-run.ts';

/** Leaves and roots of the tests of certificate-transparency (cpp/merkletree/merkle_tree_test.cc). */
const inputs = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
];
const roots = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];
const leaves = inputs.map((hex) => leafHash(Buffer.from(hex, 'hex')));

describe('a tree of hashes', () => {
  it('has the roots of RFC 6962', () => {
    expect(rootOf([]).toString('hex')).toBe(hash('sha256', ''));
    expect(leaves.map((_, last) => rootOf(leaves.slice(0, last + 1)).toString('hex'))).toEqual(roots);
  });

  it('proves of each entry where it is, and of nothing else', () => {
    let proofs = 0;
    const many = Array.from({ length: 40 }, (_, entry) => leafHash(Buffer.from(`entry ${entry}`)));
    for (let size = 1; size <= many.length; size += 1) {
      const tree = many.slice(0, size);
      const root = rootOf(tree);
      for (let index = 0; index < size; index += 1) {
        proofs += 1;
        const proof = proveInclusion(index, tree);
        const at = { index, size, proof, root };
        const leaf = many[index] ?? Buffer.alloc(0);
        expect(isIncluded(leaf, at)).toBe(true);
        const wrong = [
          isIncluded(many[index + 1] ?? Buffer.alloc(32), at),
          isIncluded(leaf, { ...at, index: index + 1 }),
          isIncluded(leaf, { ...at, index: -1 }),
          isIncluded(leaf, { ...at, proof: [...proof, root] }),
          proof.length > 0 && isIncluded(leaf, { ...at, proof: proof.slice(1) }),
          isIncluded(leaf, { ...at, root: rootOf([...tree, leaf]) }),
        ];
        expect(wrong).not.toContain(true);
      }
    }
    expect(proofs).toBe(820);
  });
});

describe('a checkpoint', () => {
  const signer = createSigner('ed25519');
  const checkpoint = { origin: 'example.com/hall-3', size: 8, root: rootOf(leaves) };

  it('is a note that its ledger has signed, whoever else has', async () => {
    const note = await writeCheckpoint(checkpoint, signer);
    expect(note).toMatch(
      /^example\.com\/hall-3\n8\n[A-Za-z0-9+/]{43}=\n\n— example\.com\/hall-3 [A-Za-z0-9+/=]{92}\n$/,
    );
    expect(readCheckpoint(note, signer.publicKey)).toEqual({ ok: true, value: checkpoint });
    expect(readCheckpoint(`${note}— witness.example AAAAAAAA\n`, signer.publicKey).ok).toBe(true);
  });

  it('is refused changed, unsigned, of another origin or key', async () => {
    const note = await writeCheckpoint(checkpoint, signer);
    const other = createSigner('ed25519');
    const wrong = [
      note.replace('\n8\n', '\n9\n'),
      note.replace('\n8\n', '\n08\n'),
      note.replace('hall-3', 'hall-4'),
      note.replaceAll('hall-3', 'hall-4'),
      note.slice(0, note.indexOf('—')),
      note.replace('\n\n', '\n'),
      note.trimEnd(),
      note.replace(/— .*\n$/, (line) => line + line),
      '',
      await writeCheckpoint(checkpoint, other),
    ];
    expect(wrong.filter((text) => readCheckpoint(text, signer.publicKey).ok)).toEqual([]);
    expect(readCheckpoint(note, createSigner('ecdsa-p256').publicKey).ok).toBe(false);
  });
});
