import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folders = ['harness', 'agents', 'workloads', 'reports'];
const sources = folders.flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.includes('fixtures'))
    .map((path) => join(folder, path)),
);

/** Files that `file` imports before anything runs (static imports that are not types), transitively. */
function staticClosure(file: string, seen = new Set<string>()): ReadonlySet<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  for (const [, target = ''] of readFileSync(join(root, file), 'utf8').matchAll(
    /^import (?!type\b)[^;]*?from '(\.[^']+\.ts)'/gms,
  )) {
    staticClosure(relative(root, join(root, dirname(file), target)), seen);
  }
  return seen;
}

describe('architecture', () => {
  it('uses no names that say nothing', () => {
    const empty = /(^|\/|-)(utils?|helpers?|common|misc|manager|service|base|index)(\.|\/|-|$)/;
    expect(sources.filter((path) => empty.test(path))).toEqual([]);
  });

  it('names every file in kebab-case', () => {
    expect(sources.filter((path) => !/^([a-z0-9-]+\/)*[a-z0-9-]+\.ts$/.test(path))).toEqual([]);
  });

  it('loads no workload, no schema of documents and no esbuild to print help', () => {
    const loaded = [...staticClosure('harness/main.ts')].filter((path) => !path.startsWith('harness/cli/'));
    expect(loaded.toSorted()).toEqual([
      'harness/called-as.ts',
      'harness/environment.ts',
      'harness/main.ts',
      'harness/version.ts',
      'reports/text/display-width.ts',
      'reports/text/wrap-text.ts',
      'workloads/kit/assay-error.ts',
      'workloads/kit/error-code.ts',
      'workloads/kit/shell-quote.ts',
    ]);
  });

  it('imports no packages that are not declared', () => {
    const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      dependencies: Record<string, string>;
    };
    const used = new Set(
      sources.flatMap((path) =>
        [...readFileSync(join(root, path), 'utf8').matchAll(/(?:from|import\()\s*'([^'.][^']*)'/g)]
          .map(([, name = '']) => name.split('/')[0] ?? '')
          .filter((name) => !name.startsWith('node:')),
      ),
    );
    expect([...used].toSorted()).toEqual(Object.keys(manifest.dependencies).toSorted());
  });
});
