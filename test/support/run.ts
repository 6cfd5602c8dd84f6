import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { optionsFor } from './newer-debian.ts';

// `npm test`: says once per missing tool what is skipped, refuses to skip when CI=true, then runs vitest.
// Packages are installed only where that was asked for: CI=true or ASSAY_INSTALL=1.
//
// With CI=true a few files that failed are run once more, each attempt shown: the tests have real servers, namespaces and
// compilers, and CI has machines that it shares. What fails twice is red; what passes the second time is named as unsteady.

const Tools = z.record(
  z.string(),
  z.strictObject({
    packages: z.array(z.string()),
    required: z.boolean(),
    /** The release of Debian that has them, where this machine's may not. */
    release: z.string().optional(),
  }),
);
const tools = Tools.parse(JSON.parse(readFileSync(new URL('../tools.json', import.meta.url), 'utf8')));
const isCi = process.env['CI'] === 'true';

function isPresent(name: string): boolean {
  if (name.startsWith('/')) return existsSync(name);
  if (name.startsWith('header:')) {
    const header = name.slice('header:'.length);
    return [
      '/usr/include',
      '/usr/local/include',
      '/usr/include/x86_64-linux-gnu',
      '/usr/include/aarch64-linux-gnu',
    ].some((folder) => existsSync(join(folder, header)));
  }
  return (process.env['PATH'] ?? '')
    .split(':')
    .concat('/usr/sbin', '/sbin')
    .some((folder) => {
      try {
        accessSync(join(folder, name), constants.X_OK);
        return true;
      } catch {
        return false; // not here: the next folder
      }
    });
}

const missing = (): readonly string[] => Object.keys(tools).filter((name) => !isPresent(name));

function install(packages: readonly string[], options: readonly string[] = []): void {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  const prefix = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
  for (const args of [
    ['apt-get', ...options, 'update'],
    ['apt-get', ...options, 'install', '-y', '--no-install-recommends', '--no-upgrade', ...packages],
  ]) {
    const [file = '', ...rest] = [...prefix, ...args];
    process.stdout.write(`$ ${[file, ...rest].join(' ')}\n`);
    if (spawnSync(file, rest, { env, stdio: ['ignore', 'ignore', 'inherit'] }).status !== 0)
      process.stderr.write(`✖ ${args.join(' ')} failed\n`);
  }
}

if (missing().length > 0 && (isCi || process.env['ASSAY_INSTALL'] === '1')) {
  for (const [release, names] of Map.groupBy(missing(), (name) => tools[name]?.release))
    install(
      [...new Set(names.flatMap((name) => tools[name]?.packages ?? []))],
      release === undefined ? [] : optionsFor(release),
    );
}
for (const name of missing()) {
  const packages = tools[name]?.packages.join(' ') ?? '';
  if (isCi && tools[name]?.required === true) {
    process.stderr.write(`✖ ${name} is required with CI=true and is missing (apt-get install ${packages})\n`);
    process.exitCode = 1;
  } else {
    process.stdout.write(`- tests that need ${name} are skipped (apt-get install ${packages})\n`);
  }
}
/** More than so many files do not fail by accident. */
const filesAtMost = 3;

const Report = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      assertionResults: z.array(z.object({ fullName: z.string(), status: z.string() })),
    }),
  ),
});

/** Exit code of vitest, and where that is not 0 the files with what failed in each; none where vitest itself failed. */
function runTests(args: readonly string[]): {
  readonly status: number;
  readonly failed: readonly (readonly [string, string])[];
} {
  const vitest = new URL('../../node_modules/vitest/vitest.mjs', import.meta.url).pathname;
  const folder = mkdtempSync(join(tmpdir(), 'assay-tests-'));
  const file = join(folder, 'report.json');
  try {
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
    const run = spawnSync(process.execPath, [vitest, 'run', ...reporters, ...args], { stdio: 'inherit' });
    const status = run.status ?? 1;
    if (status === 0 || !existsSync(file)) return { status, failed: [] };
    const failed = Report.parse(JSON.parse(readFileSync(file, 'utf8'))).testResults.filter(
      (each) => each.status === 'failed',
    );
    return {
      status,
      failed: failed.map(({ name, assertionResults }) => [
        name,
        assertionResults.find((each) => each.status === 'failed')?.fullName ?? 'the file itself',
      ]),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (process.exitCode === undefined) {
  const first = runTests(process.argv.slice(2));
  process.exitCode = first.status;
  if (isCi && first.failed.length > 0 && first.failed.length <= filesAtMost) {
    const told = first.failed.map(([file, test]) => `  ${file}: ${test}\n`).join('');
    process.stdout.write(`✖ failed, and run once more:\n${told}`);
    const second = runTests(first.failed.map(([file]) => file));
    process.exitCode = second.status;
    if (second.status === 0)
      process.stdout.write(`- passed the second time: unsteady, which is to be mended:\n${told}`);
  }
}
