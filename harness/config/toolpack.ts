import { join } from 'node:path';
import * as z from 'zod';
import { sha256 } from '../../agents/protocol/chain.ts';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import { toolpackDocument } from '../../workloads/kit/facts/read-toolpack.ts';
import { loadSource } from './load-source.ts';
import { readConfig } from './read-config.ts';

/** Where a file lies in a tool pack: libraries, programs, and what these read. A shell reads these names too. */
const PackPath = z
  .string()
  .regex(
    /^(lib|bin|share)(\/[A-Za-z0-9_+][A-Za-z0-9._+-]{0,99}){1,6}$/,
    'a path below lib/, bin/ or share/, of letters, digits and ._+-',
  );

const PackedFile = z.strictObject({
  path: PackPath,
  /** As its maker counts it. */
  version: z.string().min(1).max(100),
  /** Under which whoever built the pack may pass it on. */
  licence: z.string().min(1).max(200),
});

const shared = {
  schemaVersion: z.literal(1),
  name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/),
  /** What `uname -m` says where it can be used. */
  machine: z.enum(['x86_64', 'aarch64']),
};

/** What a tool pack is to be built of, as people write it; paths are relative to the file. */
export const ToolpackFile = z.strictObject({
  schema: z.literal('assay/toolpack-file'),
  ...shared,
  files: z
    .array(PackedFile.extend({ from: z.string().min(1) }))
    .min(1)
    .max(500),
});
export type ToolpackFile = z.infer<typeof ToolpackFile>;

const digest = z.string().regex(/^[0-9a-f]{64}$/);

/** `toolpack.json` of a pack that was built: its files, by size and lower-case hex SHA-256. */
export const Toolpack = z.strictObject({
  schema: z.literal('assay/toolpack'),
  ...shared,
  files: z
    .array(PackedFile.extend({ bytes: z.number().int().positive(), sha256: digest }))
    .min(1)
    .max(500),
});
export type Toolpack = z.infer<typeof Toolpack>;

/** A pack as an inventory names it: what has to lie on each of its nodes that has such a processor. */
export const ToolpackName = z.strictObject({ name: shared.name, machine: shared.machine, digest });
export type ToolpackName = z.infer<typeof ToolpackName>;

/** A pack that lies here, as far as its document says. */
export interface LoadedToolpack {
  readonly folder: string;
  readonly document: Toolpack;
  /** `sha256sum` format, sorted by path, the document included: a node checks it with coreutils alone. */
  readonly manifest: string;
  /** Lower-case hex SHA-256 of the manifest: names the whole. */
  readonly digest: string;
}

/** Reads the document of a pack. Throws CONFIG_INVALID. Whether the files are what it says is looked at elsewhere. */
export async function loadToolpack(folder: string): Promise<LoadedToolpack> {
  const source = await loadSource(join(folder, toolpackDocument));
  const document = readConfig(Toolpack, source);
  checkPaths(document.files, source.file);
  const files = [...document.files, { path: toolpackDocument, sha256: sha256(source.text) }];
  const manifest = files
    .toSorted((a, b) => (a.path < b.path ? -1 : 1))
    .map((each) => `${each.sha256}  ${each.path}\n`)
    .join('');
  return { folder, document, manifest, digest: sha256(manifest) };
}

/** Each path once, and none that is a folder to another. */
export function checkPaths(files: readonly { readonly path: string }[], where: string): void {
  const seen = new Set<string>();
  for (const { path } of files) {
    const parents = path.split('/').map((_, index, parts) => parts.slice(0, index).join('/'));
    if (seen.has(path) || parents.some((parent) => seen.has(parent)))
      throw new AssayError(
        'CONFIG_INVALID',
        `${where}: files: expected each path once, got \`${path}\` twice`,
        {
          hint: 'Give every file of the pack a path of its own.',
        },
      );
    seen.add(path);
  }
}
