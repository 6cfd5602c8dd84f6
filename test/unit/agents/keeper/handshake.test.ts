import { describe, expect, it } from 'vitest';
import { createChallenge, isProof, prove } from '../../../../agents/keeper/handshake.ts';

const secret = 'a'.repeat(64);

describe('a proof', () => {
  it('is that of the side, the secret and the challenge', () => {
    const challenge = createChallenge();
    const proof = prove(secret, 'keeper', challenge);
    expect(isProof(proof, secret, 'keeper', challenge)).toBe(true);
    expect(isProof(proof, secret, 'bridge', challenge)).toBe(false);
    expect(isProof(proof, 'b'.repeat(64), 'keeper', challenge)).toBe(false);
    expect(isProof(proof, secret, 'keeper', createChallenge())).toBe(false);
  });

  it.each(['', 'a', 'a'.repeat(31)])('is neither made nor believed with the secret `%s`', (short) => {
    const challenge = createChallenge();
    expect(() => prove(short, 'keeper', challenge)).toThrow(RangeError);
    expect(() => isProof('0'.repeat(64), short, 'keeper', challenge)).toThrow(RangeError);
  });
});
