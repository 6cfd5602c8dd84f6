import { openSync, readSync } from 'node:fs';
import { ReadStream, WriteStream } from 'node:tty';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import { codeOf } from '../../workloads/kit/code-of.ts';

/** Fewer characters are tried out in no time, whatever the work factor. */
const fewest = 8;
const most = 1024;

/**
 * A passphrase: the first line of a file descriptor, else what is typed at the terminal, unseen (twice where it is a new one).
 * Never from arguments or the environment, which other processes can read. Throws KEY_REFUSED, USAGE.
 */
export async function readPassphrase(
  descriptor: number | undefined,
  { prompt, isNew }: { readonly prompt: string; readonly isNew: boolean },
): Promise<Buffer> {
  const given = descriptor === undefined ? await ask(prompt) : readLine(descriptor);
  if (isNew && given.length < fewest)
    throw new AssayError(
      'KEY_REFUSED',
      `expected a passphrase of at least ${fewest} bytes, got a shorter one`,
      {
        hint: 'Take several words.',
      },
    );
  if (isNew && descriptor === undefined && !(await ask('The same again: ')).equals(given))
    throw new AssayError('KEY_REFUSED', 'expected the same passphrase twice, got two', {
      hint: 'Type it again.',
    });
  return given;
}

const notReadable = (descriptor: number, cause?: unknown): AssayError =>
  new AssayError(
    'USAGE',
    `expected a line of at most ${most} bytes at file descriptor ${descriptor}, found none`,
    {
      cause,
      hint: 'Write for example: --passphrase-fd 3 3< <(pass show assay)',
    },
  );

function readLine(descriptor: number): Buffer {
  const bytes = Buffer.alloc(most + 2);
  let length = 0;
  try {
    while (length < bytes.length) {
      const count = readSync(descriptor, bytes, length, bytes.length - length, null);
      length += count;
      if (count === 0 || bytes.subarray(0, length).includes(10)) break;
    }
  } catch (cause) {
    throw notReadable(descriptor, cause);
  }
  const end = bytes.subarray(0, length).indexOf(10);
  const line = bytes.subarray(0, end === -1 ? length : end);
  if (line.length === 0 || line.length > most) throw notReadable(descriptor);
  return line;
}

/** What is typed at the terminal, whatever standard input is. */
async function ask(prompt: string): Promise<Buffer> {
  const [input, output] = openTerminal();
  output.write(prompt);
  input.setRawMode(true);
  try {
    const typed: number[] = [];
    for await (const piece of input as AsyncIterable<Buffer>)
      for (const byte of piece) {
        if (byte === 10 || byte === 13) return Buffer.from(typed);
        if (byte === 3 || byte === 4) throw new AssayError('INTERRUPTED', 'interrupted');
        if (byte === 127 || byte === 8) typed.pop();
        else if (byte >= 32) typed.push(byte);
      }
    throw new AssayError('INTERRUPTED', 'the terminal was closed');
  } finally {
    input.setRawMode(false);
    output.write('\n');
    input.destroy();
    output.destroy();
  }
}

function openTerminal(): readonly [ReadStream, WriteStream] {
  try {
    return [new ReadStream(openSync('/dev/tty', 'r')), new WriteStream(openSync('/dev/tty', 'w'))];
  } catch (cause) {
    if (codeOf(cause) === undefined) throw cause;
    throw new AssayError('USAGE', 'expected a terminal at which the passphrase can be typed, found none', {
      cause,
      hint: 'Give it at a file descriptor: --passphrase-fd 3 3< <(pass show assay)',
    });
  }
}
