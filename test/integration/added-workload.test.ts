import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { Verdict } from '../../reports/verdict/verdict.ts';
import { fakeTool, runAssay } from '../support/run-assay.ts';
import { temporaryDirectory } from '../support/temporary.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The tracked files as they are now, in another place, without the evidence of parsers. */
function checkOut(): string {
  const checkout = temporaryDirectory();
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

/** Writes a workload folder with one tool, which has the one metric `reading`, and its entry of the survey. */
function addWorkload(
  checkout: string,
  id: string,
  tool: { readonly requires: string; readonly command: string; readonly reading: string },
): void {
  const write = (path: string, text: string): void => {
    const file = join(checkout, 'workloads', id, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  };
  write(
    'workload.ts',
    `import * as z from 'zod';
import { defineWorkload } from '../kit/workload.ts';
export const workload = defineWorkload({
  id: '${id}', title: 'Added: ${id}', scope: 'node', load: 'light', params: z.strictObject({}),
  metrics: { reading: { unit: 'count', better: 'higher', domain: 'positive', title: 'What ${id} reads' } },
});`,
  );
  write(
    'tools/shell.ts',
    `import { outputOf } from '../../kit/read-output.ts';
import { readQuantity } from '../../kit/read-quantity.ts';
import { ok } from '../../kit/result.ts';
import { defineTool } from '../../kit/tool.ts';
import { workload } from '../workload.ts';
export const shell = defineTool(workload, {
  id: 'shell', rank: 10, origin: 'native', requires: { packages: [], ${tool.requires} },
  needs: () => ok(undefined),
  plan: (params, facts) => [{ id: 'read', timeoutMs: 5000, ${tool.command} }],
  parse: (outputs) => {
    const output = outputOf(outputs, 'read');
    if (!output.ok) return output;
    const { stdout, counters } = output.value;
    const value = readQuantity('count', ${tool.reading});
    const at = [{ command: 'read', output: 'stdout', line: 1 }];
    return value.ok ? ok({ readings: [{ metric: 'reading', value: value.value, dimensions: {}, at }] }) : value;
  },
});`,
  );
  write(
    'suites/survey.yaml',
    `schema: assay/suite-entries
schemaVersion: 1
entries: [{ id: ${id}-once, repetitions: 1, budgetSeconds: 5, params: {} }]
`,
  );
}

describe('workload folders that are added, with nothing else changed', () => {
  it('are in every command, with the numbers that their tools print', async () => {
    const checkout = checkOut();
    const cwd = temporaryDirectory();
    addWorkload(checkout, 'plain', {
      requires: `programs: ['sh']`,
      command: `file: 'sh', args: ['-c', 'echo 42']`,
      reading: 'stdout',
    });
    addWorkload(checkout, 'counted', {
      requires: `programs: ['head'], counters: ['/proc/self/io']`,
      command: `file: 'head', args: ['-c', '5000000', '/dev/zero']`,
      // Megabytes that were written meanwhile: by head at least those that it was told to.
      reading: `(() => {
        const written = (text = '') => Number(/^wchar: (\\d+)$/m.exec(text)?.[1]);
        const files = ['before', 'after'].map((when) => written(counters?.[when]['/proc/self/io']));
        return files[1] - files[0] >= 5_000_000 ? '5' : '0';
      })()`,
    });
    fakeTool(join(cwd, 'vendor/tally/bin'), 'tally', 'cat "$LIBRARY"');
    mkdirSync(join(cwd, 'vendor/tally/lib'));
    writeFileSync(join(cwd, 'vendor/tally/lib/libtally.so.1'), '17');
    addWorkload(checkout, 'elsewhere', {
      requires: `programs: ['tally'], libraries: ['libtally.so.1'], places: ['${cwd}/vendor/*/bin', '${cwd}/vendor/*/lib']`,
      command: `file: 'tally', args: [], env: { LIBRARY: facts.libraries['libtally.so.1'] }`,
      reading: 'stdout',
    });
    const ids = ['counted', 'elsewhere', 'plain'];
    const assay = (...args: readonly string[]) =>
      runAssay(args, { cwd, bin: join(checkout, 'harness/bin.js') });

    const listed = await assay('workloads', '--json');
    expect(listed.stderr).toBe('');
    expect((JSON.parse(listed.stdout) as { id: string }[]).map(({ id }) => id)).toEqual(
      expect.arrayContaining(ids),
    );

    writeFileSync(
      join(cwd, 'inventory.yaml'),
      'schema: assay/inventory\nschemaVersion: 1\nnodes: [{ name: local }]\n',
    );
    const plan = await assay('plan', 'inventory.yaml', '--profile', 'survey', '--suite', 'survey', '--json');
    const { steps } = JSON.parse(plan.stdout) as { steps: { workload: string }[] };
    const planned = [...new Set(steps.map(({ workload }) => workload))];
    expect(planned).toEqual(expect.arrayContaining(['sha256', 'matmul', ...ids]));
    expect(planned.slice(-3)).toEqual(ids);

    // The other entries of the survey would take minutes.
    for (const id of ['sha256', 'matmul', 'nvme'])
      rmSync(join(checkout, `workloads/${id}/suites`), { recursive: true });
    const run = join(cwd, 'run');
    const survey = await assay('survey', 'local', '--out', run);
    expect(survey.stderr).not.toContain('✖');
    const verdict = Verdict.parse(
      JSON.parse(readFileSync(join(`${run}.report`, 'verdicts/survey.json'), 'utf8')),
    );
    expect(verdict.measurements.map(({ metric, median }) => [metric, median])).toEqual([
      ['counted.reading', 5],
      ['elsewhere.reading', 17],
      ['plain.reading', 42],
    ]);

    const judged = await assay('judge', run, '--json');
    expect((JSON.parse(judged.stdout) as Verdict).measurements).toEqual(verdict.measurements);
    const report = await assay('report', run);
    expect(report.exitCode).toBe(0);
    expect(readFileSync(join(`${run}.report`, 'report.html'), 'utf8')).toContain('What elsewhere reads');
    const explained = await assay('explain', run, 'plain.reading');
    expect(explained.stdout).toContain('echo 42');
  });
});
