import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import process from 'node:process';
import { jsonSchemas } from '../../reports/verdict/json-schemas.ts';
import { configSchemas } from '../config/json-schemas.ts';
import { generateLimits } from '../limits/generated-files.ts';
import { resource } from '../resources.ts';

/**
 * `npm run generate` writes what follows from the code and from published values: JSON Schemas, limits and their page; with
 * `--check` it only says which committed file is stale.
 */
async function main(args: readonly string[]): Promise<number> {
  const isCheck = args.includes('--check');
  const wanted = new Map<string, string | undefined>([
    ...jsonSchemas().map(({ file, text }) => [`reports/verdict/${file}`, text] as const),
    ...configSchemas(),
    ...(await generateLimits()),
  ]);
  let stale = 0;
  for (const [name, text] of wanted) {
    const path = resource(name);
    if ((await readIfThere(path)) === text) continue;
    stale += 1;
    if (isCheck) process.stderr.write(`✖ ${name} is stale\n  Refresh it: npm run generate\n`);
    else {
      await mkdir(dirname(path), { recursive: true });
      await (text === undefined ? rm(path) : writeFile(path, text));
      process.stdout.write(`${text === undefined ? 'removed' : 'wrote'} ${name}\n`);
    }
  }
  return isCheck && stale > 0 ? 1 : 0;
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined;
    throw cause;
  }
}

process.exitCode = await main(process.argv.slice(2));
