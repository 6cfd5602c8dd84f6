import * as z from 'zod';
import { fileName, ProfileId } from '../../workloads/kit/names.ts';

export const Digest = z.string().regex(/^[0-9a-f]{64}$/);

/** A file by its path, `run/…` among the evidence or `report/…` beside the statement. */
const ListedFile = z.strictObject({
  path: z.string().max(2000),
  bytes: z.number().int().nonnegative(),
  sha256: Digest,
});
export type ListedFile = z.infer<typeof ListedFile>;

/** A file as it lies here; its digest takes as long as it is large. */
export interface FoundFile extends Pick<ListedFile, 'path' | 'bytes'> {
  readonly digest: () => string;
}

/** Every file that a statement rests on: all evidence of a run, and the verdict. What is not listed must not be there. */
export const SignedManifest = z.strictObject({
  schema: z.literal('assay/signed-manifest'),
  schemaVersion: z.literal(1),
  run: z.string(),
  profile: ProfileId,
  /** By path, in the order of their bytes. */
  files: z.array(ListedFile).min(1).max(1_000_000),
});
export type SignedManifest = z.infer<typeof SignedManifest>;

/** Why a list of files is none that a manifest can have: a name that leads elsewhere, or two that some systems take for one. */
export function whyNotList(files: readonly ListedFile[]): string | undefined {
  const folded = new Set<string>();
  let last = '';
  for (const { path } of files) {
    const [top, ...names] = path.split('/');
    if (
      (top !== 'run' && top !== 'report') ||
      names.length === 0 ||
      names.some((name) => !fileName.test(name))
    )
      return `the path \`${path.slice(0, 200)}\``;
    if (path <= last) return `\`${path}\` out of order or twice`;
    last = path;
    if (folded.has(path.toLowerCase())) return `\`${path}\` beside another that differs in case only`;
    folded.add(path.toLowerCase());
  }
  return undefined;
}

/**
 * The first file that is not as it is listed, by what was found here; `undefined` when both are the same. None is hashed before all
 * are there, with no other, in their sizes: a terabyte in the place of a megabyte is told at once.
 */
export function findChange(
  listed: readonly ListedFile[],
  found: readonly FoundFile[],
): { readonly path: string; readonly expected: string; readonly found: string } | undefined {
  const here = new Map(found.map((file) => [file.path, file]));
  const digests: (readonly [file: ListedFile, digest: () => string])[] = [];
  for (const each of listed) {
    const { path, bytes, sha256 } = each;
    const file = here.get(path);
    here.delete(path);
    if (file === undefined)
      return { path, expected: `${bytes} bytes with sha256 ${sha256}`, found: 'no file' };
    if (file.bytes !== bytes) return { path, expected: `${bytes} bytes`, found: `${file.bytes}` };
    digests.push([each, file.digest]);
  }
  const [more] = here.keys();
  if (more !== undefined) return { path: more, expected: 'no file that is not listed', found: 'one' };
  for (const [{ path, sha256 }, digest] of digests) {
    const own = digest();
    if (own !== sha256) return { path, expected: `sha256 ${sha256}`, found: `sha256 ${own}` };
  }
  return undefined;
}
