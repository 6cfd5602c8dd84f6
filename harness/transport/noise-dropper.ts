import { Transform } from 'node:stream';

/** As much of what came before the mark is shown when the mark never comes. */
const keptBytes = 2000;

/**
 * A stream without what came before a line that holds `mark` alone at its end: the greetings of a login shell. Without
 * the mark the command did not start, and the last of what was said instead passes at the end.
 */
export function createNoiseDropper(mark: string, highWaterMark: number): Transform {
  const line = Buffer.from(`${mark}\n`);
  let before: Buffer | undefined = Buffer.alloc(0);
  return new Transform({
    highWaterMark,
    transform(chunk: Buffer, _encoding, done) {
      if (before === undefined) {
        done(null, chunk);
        return;
      }
      const seen = Buffer.concat([before, chunk]);
      const at = seen.indexOf(line);
      if (at < 0) {
        before = seen.subarray(-keptBytes); // longer than the mark: one that is cut in two is found
        done();
        return;
      }
      before = undefined;
      const rest = seen.subarray(at + line.length);
      if (rest.length === 0) done();
      else done(null, rest);
    },
    flush(done) {
      if (before === undefined || before.length === 0) done();
      else done(null, before);
    },
  });
}
