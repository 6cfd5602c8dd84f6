import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const writer = fileURLToPath(new URL('../../harness/deploy/write-prebuilt.ts', import.meta.url));

/** Its compiler is fetched by CI, and used elsewhere where it has been fetched for `npm run prebuilt`. */
const hasCompiler = existsSync(join(homedir(), '.cache/assay'));

it.skipIf(!hasCompiler && process.env['CI'] !== 'true')(
  'programs that were compiled before are byte for byte what the compiler makes of their source',
  () => {
    const { status, stderr } = spawnSync(process.execPath, [writer, '--check'], { encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  },
  300_000,
);
