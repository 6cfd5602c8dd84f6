import { spawnSync } from 'node:child_process';
import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { runAssay } from '../support/run-assay.ts';
import { temporaryDirectory } from '../support/temporary.ts';

const bin = fileURLToPath(new URL('../../harness/bin.js', import.meta.url));

/** How each shell is asked what it would offer where the cursor stands, with the script that we print read before. */
const questions = {
  bash: (script: string, words: readonly string[]) =>
    `source ${script}; COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}; _assay; printf '%s\\n' "\${COMPREPLY[@]}"`,
  // Only the function that shows a list on a screen is another.
  zsh: (script: string, words: readonly string[]) =>
    `compdef() { :; }; _describe() { print -l -- "\${(@P)2}"; }; words=(${words.map((word) => `'${word}'`).join(' ')}); CURRENT=${words.length}; source ${script}; _assay`,
  fish: (script: string, words: readonly string[]) => `source ${script}; complete -C '${words.join(' ')}'`,
};

describe.each(['bash', 'zsh', 'fish'] as const)('completion in %s', (shell) => {
  const isThere = spawnSync(shell, ['-c', 'true']).status === 0;
  if (!isThere && process.env['CI'] === 'true') throw new Error(`${shell} is missing`);

  it.skipIf(!isThere)('offers commands, and the options of a command', { timeout: 60_000 }, async () => {
    const cwd = temporaryDirectory();
    symlinkSync(bin, join(cwd, 'assay'));
    const printed = await runAssay(['completion', shell], { cwd });
    expect(printed, printed.stderr).toMatchObject({ exitCode: 0, stderr: '' });
    const script = join(cwd, 'script');
    writeFileSync(script, printed.stdout);
    const offered = (...words: readonly string[]): readonly string[] => {
      const node = process.execPath.slice(0, process.execPath.lastIndexOf('/'));
      const asked = spawnSync(shell, ['-c', questions[shell](script, words)], {
        cwd,
        encoding: 'utf8',
        // Where SHELL names another one, the names are still as this one wants them.
        env: {
          ...process.env,
          PATH: `${cwd}:${node}:${process.env['PATH'] ?? ''}`,
          HOME: cwd,
          SHELL: '/bin/sh',
        },
      });
      expect(asked.stderr).toBe('');
      return asked.stdout.trim().split('\n');
    };
    const commands = offered('assay', 'su');
    expect(commands.filter((each) => /^survey\b/.test(each))).toHaveLength(1);
    const options = offered('assay', 'survey', '--js');
    expect(options.filter((each) => /^--json\b/.test(each))).toHaveLength(1);
  });
});
