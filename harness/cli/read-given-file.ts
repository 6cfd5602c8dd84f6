import { createReadStream } from 'node:fs';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import { maxFileBytes as mostBytes } from '../store/pack.ts';

/** The text of something that a tool or a probe left: a file, or a pipe that somebody writes to. */
export async function readGivenFile(path: string): Promise<string> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const piece of createReadStream(path) as AsyncIterable<Buffer>) {
      bytes += piece.length;
      if (bytes > mostBytes)
        throw new AssayError('USAGE', `${path}: expected at most ${mostBytes} bytes, found more`, {
          hint: 'No tool prints as much: check that this is the file you meant.',
        });
      pieces.push(piece);
    }
  } catch (cause) {
    if (cause instanceof AssayError) throw cause;
    throw new AssayError('USAGE', `expected a readable file, got ${path}`, {
      cause,
      hint: 'Check the path.',
    });
  }
  return Buffer.concat(pieces).toString('utf8');
}
