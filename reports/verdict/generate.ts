import { readFile, writeFile } from 'node:fs/promises';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { jsonSchemas } from './json-schemas.ts';

/** `npm run generate` writes the JSON Schemas; with `--check` it only says which committed one is stale. */
async function main(args: readonly string[]): Promise<number> {
  const isCheck = args.includes('--check');
  const stale: string[] = [];
  for (const { file, text } of jsonSchemas()) {
    const path = fileURLToPath(new URL(file, import.meta.url));
    if ((await readIfThere(path)) === text) continue;
    if (isCheck) stale.push(file);
    else {
      await writeFile(path, text);
      process.stdout.write(`wrote reports/verdict/${file}\n`);
    }
  }
  for (const file of stale)
    process.stderr.write(`✖ reports/verdict/${file} is stale\n  Refresh it: npm run generate\n`);
  return stale.length === 0 ? 0 : 1;
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
