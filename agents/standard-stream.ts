import { closeSync, openSync } from 'node:fs';
import { Socket } from 'node:net';
import { Duplex } from 'node:stream';

/**
 * Standard input and output of this process as one stream. When it closes, both are let go of, so that whoever is on the
 * other side sees the end of them while this process goes on.
 */
export function openStandardStream(): Duplex {
  // Not process.stdin and process.stdout, which never close their descriptors.
  const input = new Socket({ fd: 0, readable: true, writable: false });
  const output = new Socket({ fd: 1, readable: false, writable: true });
  const stream = new Duplex({
    allowHalfOpen: false,
    read: () => void input.resume(),
    write: (chunk: Buffer, _encoding, done) => void output.write(chunk, done),
    final: (done) => void output.end(done),
    destroy: (cause, done) => {
      input.destroy();
      output.destroy();
      replace();
      done(cause);
    },
  });
  input.on('data', (chunk: Buffer) => {
    if (!stream.push(chunk)) input.pause();
  });
  input.on('end', () => stream.push(null));
  for (const side of [input, output]) side.on('error', (cause) => stream.destroy(cause));
  return stream;
}

/** Sockets leave the first three descriptors open. They are never without a file: the next one that is opened would be there. */
function replace(): void {
  for (const [descriptor, flags] of [
    [0, 'r'],
    [1, 'w'],
  ] as const) {
    closeSync(descriptor);
    openSync('/dev/null', flags); // takes the lowest number that is free
  }
}
