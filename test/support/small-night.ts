import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Rig } from '../rig/rig.ts';

/** A profile that asks one thing of each node. */
const profile = {
  schema: 'assay/profile',
  schemaVersion: 2,
  id: 'night',
  version: '1',
  title: 'Nights of a test',
  purpose: 'Computes right.',
  family: 'cluster',
  requirements: ['sha256-exact'],
};

/** Writes what a night on a rig needs beside a suite: `rack.yaml`, which can be read from here, and `night.yaml`, with `more` requirements. */
export async function writeSmallNight(
  folder: string,
  { files }: Pick<Rig, 'files'>,
  more: readonly object[] = [],
): Promise<void> {
  const inventory = (await readFile(files.inventory, 'utf8')).replace(
    /ssh: \{ config: .*\}/,
    `ssh: { config: ${JSON.stringify(files.sshConfig)} }`,
  );
  await writeFile(join(folder, 'rack.yaml'), inventory);
  await writeFile(
    join(folder, 'night.yaml'),
    JSON.stringify({ ...profile, requirements: [...profile.requirements, ...more] }),
  );
}
