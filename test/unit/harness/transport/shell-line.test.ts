import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toShellLine } from '../../../../harness/transport/shell-line.ts';

const shells = ['sh', 'bash', 'dash', 'zsh', 'tcsh', 'bsd-csh', 'fish', 'ksh'].filter((name) =>
  ['/bin', '/usr/bin'].some((folder) => existsSync(`${folder}/${name}`)),
);
const run = (shell: string, line: string): string =>
  spawnSync(shell, ['-c', line], {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'] ?? '', HOME: '/nonexistent' },
  }).stdout;

describe.each(shells)('a line for %s', (shell) => {
  it('reaches sh unchanged, whatever characters are in it', () => {
    const nasty = [
      "x='it'\\''s !! !$ `a` $HOME ~ {b,c} *? ^d %e \\\\ \\n \"'",
      'printf "%s\\n" "$x" \\',
      '  é',
      '',
    ].join('\n');
    expect(run(shell, toShellLine(nasty, 'mark'))).toBe(
      'mark\nit\'s !! !$ `a` $HOME ~ {b,c} *? ^d %e \\\\ \\n "\né\n',
    );
  });

  it('ends with the code of the script', () => {
    expect(spawnSync(shell, ['-c', toShellLine('true\nexit 7', 'mark')]).status).toBe(7);
  });
});

describe('a line for any login shell', () => {
  it('carries any text', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary-ascii' }).filter((text) => !/[\0\r]/.test(text)),
        (text) => {
          const quoted = `'${text.replaceAll("'", "'\\''")}'`;
          for (const shell of shells.filter((name) => /^(sh|tcsh|fish)$/.test(name)))
            expect(run(shell, toShellLine(`printf '%s.' ${quoted}`, 'm'))).toBe(`m\n${text}.`);
        },
      ),
      { numRuns: 25 },
    );
  });
});
