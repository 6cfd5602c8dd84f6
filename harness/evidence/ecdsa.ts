import { der, derInteger, derTags } from './der.ts';

/** Order of the group of P-256 (NIST SP 800-186, 3.2.1.3). */
const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const bytesOf = (value: bigint): Buffer => Buffer.from(value.toString(16).padStart(64, '0'), 'hex');

const encode = (r: bigint, s: bigint): Buffer =>
  der(derTags.sequence, derInteger(bytesOf(r)), derInteger(bytesOf(s)));

/** r and s of a signature of P-256; `undefined` unless it is their one DER text, both between 1 and the order. */
function decode(signature: Uint8Array): { readonly r: bigint; readonly s: bigint } | undefined {
  // Both integers of at most 33 bytes: all lengths have one byte.
  const [tag, length, tagR, lengthR = 0] = signature;
  const at = 4 + lengthR;
  const lengthS = signature[at + 1] ?? 0;
  const isShaped =
    tag === derTags.sequence &&
    length === signature.length - 2 &&
    tagR === derTags.integer &&
    signature[at] === derTags.integer &&
    at + 2 + lengthS === signature.length;
  if (!isShaped || lengthR === 0 || lengthS === 0 || lengthR > 33 || lengthS > 33) return undefined;
  const valueOf = (from: number, count: number): bigint =>
    BigInt(`0x${Buffer.from(signature.subarray(from, from + count)).toString('hex')}`);
  const [r, s] = [valueOf(4, lengthR), valueOf(at + 2, lengthS)];
  if (r === 0n || s === 0n || r >= order || s >= order) return undefined;
  return encode(r, s).equals(signature) ? { r, s } : undefined;
}

/**
 * The signature with the smaller s of the two that are valid for the same message: from (r, s) anybody can make (r, n − s),
 * so only one of them may count (SEC 1 v2, 4.1.4; BIP 62). `undefined` for what is no signature of P-256.
 */
export function toLowS(signature: Uint8Array): Buffer | undefined {
  const found = decode(signature);
  return found && encode(found.r, found.s > order / 2n ? order - found.s : found.s);
}

/** Why a signature of P-256 is not the one that may count. */
export function whyNotLowS(signature: Uint8Array): string | undefined {
  const found = decode(signature);
  if (found === undefined)
    return 'a signature that is not the minimal DER of two numbers below the order of P-256';
  return found.s > order / 2n
    ? 'a signature with the greater s of two (anybody can make it of the other)'
    : undefined;
}
