import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeRunDirectory } from '../support/constructed-run-directory.ts';
import { runAssay } from '../support/run-assay.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { constructed } from '../unit/workloads/kit/facts/documents.ts';

/** The command line that runs another one with at most so many open files. */
const withOpenFiles = (most: number): readonly string[] => [
  'sh',
  '-c',
  `ulimit -n ${most} && exec "$@"`,
  'sh',
];

/** Writes a run of `nodes` nodes with facts and no steps. */
async function writeRun(nodes: number): Promise<string> {
  const run = join(temporaryDirectory(), 'run');
  await writeRunDirectory(run, {
    nodes: Array.from({ length: nodes }, (_, index) => ({ id: `n${index}`, probes: constructed({}) })),
  });
  return run;
}

describe('a limit of open files', () => {
  it('is not reached by a run of more nodes than files may be open', async () => {
    const run = await writeRun(100);
    const { exitCode, stderr } = await runAssay(['judge', run], { cwd: run, wrapper: withOpenFiles(64) });
    expect(stderr).not.toContain('✖');
    expect(exitCode).toBe(2);
  });

  it('is told when it is reached, and is no damage of the evidence', async () => {
    const source = new URL('../../', import.meta.url);
    const script = `
import { openSync } from 'node:fs';
import { RunDirectory } from '${new URL('harness/store/run-directory.ts', source).href}';
import { AssayError } from '${new URL('workloads/kit/assay-error.ts', source).href}';
const run = await RunDirectory.open(process.argv[1]);
try { for (;;) openSync('/dev/null'); } catch {}
const { code, message, hint } = await run.read('run.json').catch(AssayError.from);
process.stdout.write([code, message, hint].join(' | '));`;
    const [shell = '', ...limit] = withOpenFiles(64);
    const args = [...limit, process.execPath, '--input-type=module', '-e', script, await writeRun(1)];
    expect(execFileSync(shell, args, { encoding: 'utf8' })).toMatch(
      /^FILE_REFUSED \| expected to use a file, the system refused: EMFILE: .*run\.json' \| .*ulimit -n 4096$/,
    );
  });

  it('is told when it is reached, and is no fault of a file of configuration', () => {
    const source = new URL('../../', import.meta.url);
    const script = `
import { openSync } from 'node:fs';
import { loadSource } from '${new URL('harness/config/load-source.ts', source).href}';
import { AssayError } from '${new URL('workloads/kit/assay-error.ts', source).href}';
try { for (;;) openSync('/dev/null'); } catch {}
const { code, hint } = await loadSource('/dev/null').catch(AssayError.from);
process.stdout.write([code, hint].join(' | '));`;
    const [shell = '', ...limit] = withOpenFiles(64);
    const args = [...limit, process.execPath, '--input-type=module', '-e', script];
    expect(execFileSync(shell, args, { encoding: 'utf8' })).toMatch(/^FILE_REFUSED \| .*ulimit -n 4096$/);
  });
});
