import { Transform } from 'node:stream';

/** No login shell prints more. What does is read no further, and whoever waits for an answer gives up in time. */
const mostNoiseBytes = 1024 * 1024;
/** As much of what came before the mark is shown when the mark never comes. */
const keptBytes = 2000;

/**
 * A stream without what came before a line that holds `mark` alone at its end: the greetings of a login shell. Without
 * the mark the command did not start, and the last of what was said instead passes at the end.
 */
export function createNoiseDropper(mark: string, highWaterMark: number): Transform {
  const line = Buffer.from(`${mark}\n`);
  let before: Buffer | undefined = Buffer.alloc(0);
  let noise = 0;
  return new Transform({
    highWaterMark,
    transform(chunk: Buffer, _encoding, done) {
      if (before === undefined) {
        done(null, chunk);
        return;
      }
      const seam = Buffer.concat([before.subarray(1 - line.length), chunk.subarray(0, line.length - 1)]);
      const inSeam = seam.indexOf(line);
      // Negative when it began before this chunk.
      const at = inSeam < 0 ? chunk.indexOf(line) : inSeam - Math.min(before.length, line.length - 1);
      if (inSeam < 0 && at < 0) {
        // Copied, so that what is kept of a stream without end does not hold all of it.
        before = Buffer.concat([before.subarray(-keptBytes), chunk.subarray(-keptBytes)]).subarray(
          -keptBytes,
        );
        noise += chunk.length;
        if (noise <= mostNoiseBytes) done();
        return;
      }
      before = undefined;
      const rest = chunk.subarray(at + line.length);
      if (rest.length === 0) done();
      else done(null, rest);
    },
    flush(done) {
      if (before === undefined || before.length === 0) done();
      else done(null, before);
    },
  });
}
