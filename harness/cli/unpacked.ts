import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unpackBundle } from '../store/evidence-bundle.ts';
import { damaged } from '../store/evidence-damaged.ts';

/**
 * Hands over a run that lies in a bundle, unpacked where nobody else can look, with the paths among its reports there, and removes that;
 * else what was given.
 */
export async function withUnpacked<T>(
  path: string,
  given: string,
  use: (run: string, packed?: readonly string[]) => Promise<T>,
): Promise<T> {
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) return use(given);
  const folder = mkdtempSync(join(tmpdir(), 'assay-verify-'));
  try {
    const files = unpackBundle(path, folder);
    const tops = new Set(files.map((file) => file.slice(0, file.indexOf('/'))));
    const [run = '', reports] = [...tops].toSorted();
    if (tops.size !== 2 || reports !== `${run}.report`)
      throw damaged(path, 'one run and its report', [...tops].join(', ').slice(0, 200));
    const top = `${reports}/`;
    return await use(
      join(folder, run),
      files.flatMap((file) => (file.startsWith(top) ? [file.slice(top.length)] : [])),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
