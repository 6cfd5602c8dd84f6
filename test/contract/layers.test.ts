import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ESLint } from 'eslint';
import tseslint from 'typescript-eslint';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import * as z from 'zod';
import manifest from '../../package.json' with { type: 'json' };

const root = fileURLToPath(new URL('../..', import.meta.url));
const Layer = z.strictObject({ may: z.array(z.string()), upward: z.array(z.string()).optional() });
const layers = z.record(z.string(), Layer).parse(parse(readFileSync(join(root, 'layers.yaml'), 'utf8')));
const rows = Object.keys(layers);
const packages = Object.keys(manifest.dependencies);
const builtins = builtinModules.map((name) => `node:${name.replace(/^node:/, '')}`);
const sources = ['harness', 'agents', 'workloads', 'reports'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.includes('fixtures/'))
    .map((path) => join(folder, path)),
);

/** The shipped configuration; without the rules that need types, which would read a whole program for each text. */
const eslint = new ESLint({ cwd: root, overrideConfig: [tseslint.configs.disableTypeChecked] });

/** Which of these modules `file` is refused to import. */
async function refusedIn(file: string, modules: readonly string[]): Promise<readonly string[]> {
  const text = modules.map((module, index) => `import * as m${index} from '${module}';\n`).join('');
  const [result] = await eslint.lintText(text, { filePath: join(root, file) });
  expect(result?.messages.filter(({ fatal }) => fatal)).toEqual([]);
  const lines = result?.messages.filter(({ ruleId }) => ruleId === 'assay/layers').map(({ line }) => line);
  return [...new Set(lines)].map((line) => modules[line - 1] ?? '');
}

/** A file of a row: one that need not exist, in a folder that does. */
const fileOf = (row: string): string => {
  const path = row.replace('/*/', '/sha256/');
  return path.endsWith('.ts') ? path : join(folderOf(path), 'planted.ts');
};

const folderOf = (row: string): string => row.replace(/\/\*\*$/, '');

/** Whether a file in `folder` imports one in `target`. */
const isImported = (folder: string, target: string): boolean =>
  sources
    .filter((file) => file.startsWith(`${folder}/`))
    .some((file) =>
      [...readFileSync(join(root, file), 'utf8').matchAll(/ from '(\.[^']+)'/g)].some(([, module = '']) =>
        join(dirname(file), module).startsWith(`${target}/`),
      ),
    );

/** A file that is there, of this row and no other. */
const targetOf = (row: string): string => {
  const isOwn = (file: string): boolean => !rows.includes(file.replace('/sha256/', '/*/'));
  const folder = dirname(fileOf(row));
  return row.endsWith('.ts')
    ? fileOf(row)
    : (sources.find((file) => dirname(file) === folder && isOwn(file)) ?? 'none');
};

const specifier = (from: string, to: string): string => {
  const path = relative(dirname(from), to);
  return path.startsWith('.') ? path : `./${path}`;
};

/** What a row names must be there: another row, a file at the top level, a package, a builtin. */
const isKnown = (name: string): boolean =>
  rows.includes(name) || [...packages, ...builtins, 'node:*', 'computed', 'package.json'].includes(name);

describe('the layers', () => {
  it('have a row for every source file, and a folder for every row', async () => {
    const refused = await Promise.all(sources.map((file) => refusedIn(file, [])));
    expect(sources.filter((_, index) => refused[index]?.length !== 0)).toEqual([]);
    expect(rows.filter((row) => !existsSync(join(root, dirname(fileOf(row)))))).toEqual([]);
    expect(await refusedIn('harness/nowhere/planted.ts', [])).toHaveLength(1);
  });

  it.each(Object.entries(layers))('%s: names what exists, and rows below only as a debt', (row, layer) => {
    const { may, upward = [] } = layer;
    const isBelow = (name: string): boolean => rows.indexOf(name) > rows.indexOf(row);
    expect([...may, ...upward].filter((name) => !isKnown(name))).toEqual([]);
    expect(may.filter(isBelow)).toEqual([]);
    expect(upward.filter((name) => !isBelow(name) || !isImported(folderOf(row), folderOf(name)))).toEqual([]);
  });

  it.each(rows)('%s: refuses each import that the row does not name, and no other', async (row) => {
    const { may = [], upward = [] } = layers[row] ?? {};
    const allowed = [...may, ...upward, row];
    const from = fileOf(row);
    const modules = new Map([
      ...rows.map((other) => [other, specifier(from, targetOf(other))] as const),
      ...[...packages, ...builtins].map((name) => [name, name] as const),
    ]);
    const isAllowed = (name: string): boolean =>
      allowed.includes(name) || (name.startsWith('node:') && allowed.includes('node:*'));
    const expected = [...modules].filter(([name]) => !isAllowed(name)).map(([, module]) => module);
    expect(expected.length).toBeGreaterThan(0);
    expect(expected.length).toBeLessThan(modules.size);
    expect(await refusedIn(from, [...modules.values()])).toEqual(expected);
  });

  it.each([
    ['harness/judge/summary/attempts.ts', '../../../agents/keeper/keeper.ts'],
    ['harness/plan/coverage.ts', 'execa'],
    ['harness/run/stops-all.ts', '../../agents/keeper/keeper.ts'],
    ['harness/store/run-header.ts', '../run/measure.ts'],
    ['reports/verdict/node-share.ts', '../writers/html/render-html.ts'],
    ['reports/page/not-shown.ts', 'node:fs/promises'],
    ['workloads/nvme/read-fio.ts', 'node:fs'],
    ['workloads/nvme/read-fio.ts', '../../harness/judge/judge.ts'],
    ['workloads/nvme/tools/fio.ts', 'node:fs'],
    ['workloads/nvme/tools/fio.ts', '../../sha256/workload.ts'],
    // Ways around: another workload's depth, an unusual path, no file, a builtin without its prefix, a package's depth.
    ['workloads/nvme/tools/deep/read.ts', '../../../sha256/tools/openssl.ts'],
    ['workloads/nvme/tools/fio.ts', '../../kit/../../agents/clock.ts'],
    ['workloads/nvme/tools/fio.ts', '../sha256/spec.ts'],
    ['harness/judge/decide.ts', 'fs'],
    ['harness/judge/decide.ts', 'execa/lib/main.js'],
  ])('%s may not import %s', async (file, module) => {
    expect(await refusedIn(file, [module])).toEqual([module]);
  });

  it.each([
    "export { judge } from '../../harness/judge/judge.ts';",
    "export * from '../../harness/judge/judge.ts';",
    "export type Judge = import('../../harness/judge/judge.ts').Judge;",
    "export const judge = await import('../../harness/judge/judge.ts');",
    'export const anything = (name: string) => import(name);',
    "import fs = require('node:fs');",
  ])('refuse every form of an import: %s', async (text) => {
    const [result] = await eslint.lintText(text, { filePath: join(root, 'workloads/nvme/read-fio.ts') });
    expect(result?.messages.map(({ ruleId }) => ruleId)).toContain('assay/layers');
  });

  it('let nothing that judges or reads outputs touch the machine', () => {
    const pure = [
      'harness/plan',
      'harness/judge/**',
      'harness/stats',
      'harness/compare',
      'workloads/kit/**',
      'workloads/*/**',
      'reports/page',
    ];
    const impure = pure
      .flatMap((row) => layers[row]?.may ?? [row])
      .filter((name) => name.startsWith('node:'));
    expect(impure).toEqual([]);
  });
});
