import { execFileSync } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Puts the tracked files as they are now into a directory that is there, without the evidence of parsers; says where. */
export function checkOut(checkout: string): string {
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
  })
    .toString()
    .split('\n')
    .filter((path) => /^(harness|agents|workloads|reports|package\.json)/.test(path))
    .filter((path) => !path.includes('/fixtures/'));
  execFileSync('cp', ['--parents', '--target-directory', checkout, ...listed], { cwd: root });
  symlinkSync(join(root, 'node_modules'), join(checkout, 'node_modules'));
  return checkout;
}
