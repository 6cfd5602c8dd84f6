import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';

// `npm test`: says once per missing tool what is skipped, refuses to skip when CI=true, then runs vitest.
// Packages are installed only where that was asked for: CI=true or ASSAY_INSTALL=1.

const Tools = z.record(z.string(), z.strictObject({ packages: z.array(z.string()), required: z.boolean() }));
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

function install(packages: readonly string[]): void {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  const prefix = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
  for (const args of [
    ['apt-get', 'update'],
    ['apt-get', 'install', '-y', '--no-install-recommends', '--no-upgrade', ...packages],
  ]) {
    const [file = '', ...rest] = [...prefix, ...args];
    process.stdout.write(`$ ${[file, ...rest].join(' ')}\n`);
    if (spawnSync(file, rest, { env, stdio: ['ignore', 'ignore', 'inherit'] }).status !== 0)
      process.stderr.write(`✖ ${args.join(' ')} failed\n`);
  }
}

if (missing().length > 0 && (isCi || process.env['ASSAY_INSTALL'] === '1')) {
  install([...new Set(missing().flatMap((name) => tools[name]?.packages ?? []))]);
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
if (process.exitCode === undefined) {
  const vitest = new URL('../../node_modules/vitest/vitest.mjs', import.meta.url).pathname;
  process.exitCode =
    spawnSync(process.execPath, [vitest, 'run', ...process.argv.slice(2)], { stdio: 'inherit' }).status ?? 1;
}
