import { StringDecoder } from 'node:string_decoder';

/** Longest line either side accepts. A chunk of evidence is 64 KiB before base64, a batch names hundreds of steps, and nothing else comes near. */
export const maxLineBytes = 1024 * 1024;

/** One message as a line of NDJSON. `JSON.stringify` escapes every line break inside. */
export const encodeLine = (message: unknown): string => `${JSON.stringify(message)}\n`;

/**
 * Splits a byte stream into lines whatever the chunking. A line longer than `limit` throws `RangeError`: the
 * other side is not speaking this protocol, and buffering it would hand it our memory.
 */
export function createLineSplitter(limit = maxLineBytes): (chunk: Uint8Array) => string[] {
  const decoder = new StringDecoder('utf8');
  let parts: string[] = [];
  let length = 0;
  return ({ buffer, byteOffset, byteLength }) => {
    const lines: string[] = [];
    const pieces = decoder.write(Buffer.from(buffer, byteOffset, byteLength)).split('\n');
    for (const [index, piece] of pieces.entries()) {
      if (index > 0) {
        lines.push(parts.join(''));
        [parts, length] = [[], 0];
      }
      parts.push(piece);
      length += piece.length;
      if (length > limit)
        throw new RangeError(`expected lines of at most ${limit} characters, got ${length}`);
    }
    return lines;
  };
}
