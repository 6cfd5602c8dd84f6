import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { CommandOutput } from '../../workloads/kit/tool.ts';

/** Runs a command to its end and returns what it said. */
export function runToEnd(
  argv: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<CommandOutput> {
  const [file = '', ...args] = argv;
  const began = performance.now();
  const child = spawn(file, args, { env });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  return new Promise((resolve) =>
    child.once('close', (code) =>
      resolve({
        stdout,
        stderr,
        exitCode: code ?? undefined,
        artifacts: {},
        durationMs: performance.now() - began,
      }),
    ),
  );
}

/** Words as native/launch.h says them; `undefined` while some are to come. */
function readWords(bytes: Buffer): readonly string[] | undefined {
  if (bytes.length < 4) return undefined;
  const words: string[] = [];
  let at = 4;
  for (let left = bytes.readUInt32BE(0); left > 0; left -= 1) {
    if (bytes.length < at + 4 || bytes.length < at + 4 + bytes.readUInt32BE(at)) return undefined;
    const end = at + 4 + bytes.readUInt32BE(at);
    words.push(bytes.subarray(at + 4, end).toString());
    at = end;
  }
  return words;
}

/**
 * What an agent and its coordinator do for the leader of a group, without both: `take` runs the part of the member that is asked for.
 * Returns what was handed over, and what ends it once all parts have ended.
 */
export async function openDoor(
  folder: string,
  take: (words: readonly string[]) => Promise<CommandOutput>,
): Promise<{ readonly launched: readonly (readonly string[])[]; readonly close: () => Promise<void> }> {
  const launched: (readonly string[])[] = [];
  const parts: Promise<unknown>[] = [];
  const door = createServer((connection) => {
    let bytes = Buffer.alloc(0);
    connection.on('error', () => undefined); // who asked may be gone
    connection.on('data', (chunk: Buffer) => {
      bytes = Buffer.concat([bytes, chunk]);
      const words = readWords(bytes);
      if (words === undefined) return;
      launched.push(words);
      const done = take(words);
      parts.push(done);
      void done.then(({ exitCode = 1, stderr }) => {
        const text = Buffer.from(stderr);
        const head = Buffer.alloc(8);
        head.writeUInt32BE(exitCode, 0);
        head.writeUInt32BE(text.length, 4);
        connection.end(Buffer.concat([head, text]));
      });
    });
  });
  await new Promise<void>((resolve) => door.listen(join(folder, 'launch'), resolve));
  return {
    launched,
    close: async () => {
      await Promise.all(parts);
      door.close();
    },
  };
}
