import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { PackReader } from '../../harness/store/pack-reader.ts';
import { PackWriter } from '../../harness/store/pack-writer.ts';
import { RunDirectory, runPaths } from '../../harness/store/run-directory.ts';

/** The text of a file in the pack of a node, by its path in there. */
export const readPacked = (run: string, node: string, path: string): string =>
  execFileSync('tar', ['-xOf', join(run, runPaths.pack(node)), path], { encoding: 'utf8' });

/** The files of each step, by name. */
export type PackedSteps = Map<string, Map<string, Buffer>>;

/** Writes the pack of a node anew with other steps in it, whole and with its index: only the chain can tell. */
export async function changePack(
  run: string,
  node: string,
  change: (steps: PackedSteps) => void,
): Promise<void> {
  const directory = await RunDirectory.open(run);
  const steps: PackedSteps = new Map();
  {
    await using pack = await PackReader.open(directory, node, Infinity);
    for (const step of pack.names)
      steps.set(
        step,
        new Map([...(await pack.read(step))].map(([file, { bytes }]) => [file, Buffer.from(bytes)])),
      );
  }
  change(steps);
  for (const path of [runPaths.pack(node), runPaths.packIndex(node)]) rmSync(join(run, path));
  const writer = await PackWriter.open(directory, node, []);
  for (const [step, files] of steps) await writer.append(step, files);
  await writer.close();
}

/** Replaces a piece of one file in the pack of a node; the piece must be there. */
export const editPacked = (
  run: string,
  node: string,
  [step, file]: readonly [string, string],
  [from, to]: readonly [string | RegExp, string],
): Promise<void> =>
  changePack(run, node, (steps) => {
    const before = steps.get(step)?.get(file)?.toString('utf8') ?? '';
    const after = before.replace(from, to);
    if (after === before) throw new Error(`nothing to replace in ${step}/${file}`);
    steps.get(step)?.set(file, Buffer.from(after));
  });
