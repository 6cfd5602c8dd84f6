import { link, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import { isCode } from './is-code.ts';

/**
 * `rig.json`: what taking a rig down needs. All that a rig builds is held by processes that carry its id, so the id
 * is enough, also when building it was cut off anywhere.
 */
export const RigRecord = z.strictObject({
  schema: z.literal('assay/rig'),
  schemaVersion: z.literal(1),
  id: z.uuid(),
  nodes: z.array(z.string()),
});
export type RigRecord = z.infer<typeof RigRecord>;

const fileName = 'rig.json';

/** The record of the rig in this directory; undefined: there is none. */
export async function loadRigRecord(directory: string): Promise<RigRecord | undefined> {
  const path = join(directory, fileName);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    if (isCode(cause, 'ENOENT', 'ENOTDIR')) return undefined;
    throw cause;
  }
  const read = RigRecord.safeParse(readJson(text));
  if (read.success) return read.data;
  throw new AssayError(
    'CONFIG_INVALID',
    `${path}: expected the record of a rig, found: ${z.prettifyError(read.error)}`,
    {
      hint: 'Somebody else wrote this file. If it was a rig: end the processes with ASSAY_RIG in their environment.',
    },
  );
}

/** Writes the record, whole or not at all, and never over another: of two that start here at once, one is refused. */
export async function writeRigRecord(directory: string, record: RigRecord): Promise<void> {
  const path = join(directory, fileName);
  const draft = `${path}.${record.id}`;
  await writeFile(draft, `${JSON.stringify(record, undefined, 2)}\n`);
  try {
    await link(draft, path);
  } catch (cause) {
    if (!isCode(cause, 'EEXIST')) throw cause;
    throw new AssayError(
      'CONFIG_INVALID',
      `${path}: expected no rig here yet, found that one was just started`,
      { cause },
    );
  } finally {
    await rm(draft);
  }
}

export const removeRigRecord = (directory: string): Promise<void> =>
  rm(join(directory, fileName), { force: true });

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    if (cause instanceof SyntaxError) return undefined; // the schema then says what was expected
    throw cause;
  }
}
