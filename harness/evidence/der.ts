/** Distinguished encoding rules (ITU-T X.690), as far as keys and signatures need them. */

export const derTags = { integer: 0x02, octets: 0x04, oid: 0x06, sequence: 0x30 } as const;

/** One value: tag, length in as few bytes as it takes, content. */
export function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const head =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  if (length > 0xffff) throw new RangeError('longer than any key of ours');
  return Buffer.concat([Buffer.from([tag, ...head]), content]);
}

/** A positive integer of big-endian bytes. */
export function derInteger(bytes: Uint8Array): Buffer {
  const start = bytes.findIndex((byte) => byte !== 0);
  const least = start === -1 ? Buffer.from([0]) : Buffer.from(bytes.subarray(start));
  return der(derTags.integer, ...((least[0] ?? 0) >= 0x80 ? [Buffer.from([0]), least] : [least]));
}

/** An object identifier, `1.2.840.113549.1.5.13`. */
export function derOid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const bytes = [40 * first + second, ...rest].flatMap((arc) => {
    const groups = [arc & 0x7f];
    for (let left = arc >>> 7; left > 0; left >>>= 7) groups.unshift((left & 0x7f) | 0x80);
    return groups;
  });
  return der(derTags.oid, Buffer.from(bytes));
}
