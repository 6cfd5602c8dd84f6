import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { CommandOutput } from '../../../../workloads/kit/tool.ts';
import { hasFp16 } from '../../../../workloads/matmul/instruction-flags.ts';
import { onednn } from '../../../../workloads/matmul/tools/onednn.ts';
import { openblas } from '../../../../workloads/matmul/tools/openblas.ts';
import { own } from '../../../../workloads/matmul/tools/own.ts';
import type { MatmulParams } from '../../../../workloads/matmul/workload.ts';
import { fillFacts } from '../../../support/case.ts';
import { temporaryDirectory } from '../../../support/temporary.ts';

const root = fileURLToPath(new URL('../../../..', import.meta.url));
const information = existsSync('/proc/cpuinfo') ? readFileSync('/proc/cpuinfo', 'utf8') : '';
const flags = /^(?:flags|Features)\s*:\s*(.*)$/m.exec(information)?.[1]?.split(' ') ?? [];
const facts = fillFacts({ 'limits.allowedCpus': 2, 'cpu.flags': flags });

/** Compilers and libraries may be missing on a laptop, never in CI. */
function compiles(header: string): boolean {
  const args = ['-fsyntax-only', '-x', 'c', '-'];
  const found = spawnSync('gcc', args, { input: `#include <${header}>\n`, encoding: 'utf8' }).status === 0;
  if (!found && process.env['CI'] === 'true') throw new Error(`expected gcc and ${header} in CI`);
  if (!found) console.warn(`skipped: gcc cannot find ${header}`);
  return found;
}

function execute(
  file: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): CommandOutput {
  const { stdout, stderr, status } = spawnSync(file, args, {
    env: { PATH: process.env['PATH'] ?? '', ...env },
    encoding: 'utf8',
  });
  return { stdout, stderr, exitCode: status ?? undefined, artifacts: {}, durationMs: 0 };
}

/** Runs a planned step as the agent does. */
function step(tool: typeof own, params: MatmulParams): Record<string, CommandOutput> {
  const build = temporaryDirectory();
  const fill = (text: string) => text.replaceAll('{build}', build).replaceAll('{bundle}', root);
  return Object.fromEntries(
    tool.plan(params, facts).map(({ id, file, args, env }) => [id, execute(fill(file), args.map(fill), env)]),
  );
}

function expectRight(tool: typeof own, params: MatmulParams): void {
  const parsed = tool.parse(step(tool, params), params);
  expect(parsed).toMatchObject({ ok: true });
  if (!parsed.ok) return;
  expect(parsed.value.readings[0]?.value).toBeGreaterThan(0);
  expect(parsed.value.readings[1]).toMatchObject({ value: 0, dimensions: { checked: 16 * params.size } });
}

describe('matmul with real tools', () => {
  const params = { dtype: 'fp32', size: 200, cores: 'all', seconds: 0.1 } as const;

  it.skipIf(!compiles('cblas.h'))('multiplies right through OpenBLAS', () => expectRight(openblas, params));

  it.skipIf(!compiles('dnnl.h')).each(['fp32', 'bf16', 'int8'] as const)(
    'multiplies right through oneDNN: %s',
    (dtype) => {
      const needs = onednn.needs({ ...params, dtype }, facts);
      if (needs.ok) expectRight(onednn, { ...params, dtype });
      else expect(needs.error).toMatch(/^the CPU has no /);
    },
  );

  // Sizes that fill no tile, no panel and more than one panel of the kernel.
  it.skipIf(!compiles('stdio.h')).each([65, 385, 500])('multiplies right by itself: %i', (size) =>
    expectRight(own, { ...params, size }),
  );

  it.skipIf(!compiles('stdio.h'))('keeps FP16 within its bound, in hardware or emulated', () => {
    const half = { ...params, dtype: 'fp16', size: 129 } as const;
    const parsed = own.parse(step(own, half), half);
    expect(parsed).toMatchObject({
      ok: true,
      value: {
        readings: [{}, { value: 0, dimensions: { checked: 2064 } }, { metric: 'resultDigest' }],
      },
    });
    expect(parsed.ok && parsed.value.readings[0]?.invalid === undefined).toBe(hasFp16(flags));
  });

  it.skipIf(process.arch !== 'x64' || !compiles('immintrin.h'))('compiles FP16 to FP16 instructions', () => {
    const avx512 = ['avx2', 'fma', 'f16c', 'avx512f', 'avx512bw', 'avx512dq', 'avx512vl', 'avx512_fp16'];
    const [build] = own.plan(
      { ...params, dtype: 'fp16' },
      fillFacts({ 'limits.allowedCpus': 1, 'cpu.flags': avx512 }),
    );
    const args = build!.args.map((arg) => arg.replace('{bundle}', root).replace('{build}/gemm', '-'));
    const { stdout } = execute('gcc', ['-S', ...args]);
    expect(stdout).toMatch(/vfmadd\d+ph/);
    expect(stdout).not.toContain('vcvtsh2ss');
  });

  it.skipIf(!compiles('stdio.h'))('ends with an error for arguments out of range', () => {
    const build = step(own, params);
    expect(build['build']?.exitCode).toBe(0);
    const directory = temporaryDirectory();
    const source = `${root}workloads/matmul/native/gemm-own.c`;
    expect(
      execute('gcc', ['-std=gnu11', '-o', `${directory}/gemm`, source, '-pthread', '-lm']).exitCode,
    ).toBe(0);
    expect(execute(`${directory}/gemm`, ['0', '1', '1', '1'])).toMatchObject({
      exitCode: 1,
      stdout: '',
      stderr: 'arguments out of range\n',
    });
  });

  it.skipIf(!compiles('stdio.h'))(
    'fills by every thread, with the same values for any number of them',
    () => {
      const program = `${temporaryDirectory()}/fill`;
      const source = `#include "${root}workloads/matmul/native/gemm-harness.h"
static pthread_t owners[2000];
static void store(void *m, size_t i, double x) { ((double *)m)[i] = x, owners[i] = pthread_self(); }
int main(int argc, char **argv) {
  struct gemm g = gemm_arguments(argc, argv);
  static double a[2000], b[2000];
  size_t count = g.size * g.size, parts = 1;
  g.a = a, g.b = b, g.store = store;
  gemm_each(&g, gemm_fill);
  for (size_t i = 1; i < count; i++) parts += !pthread_equal(owners[i], owners[i - 1]);
  printf("%zu %.17g %.17g %.17g %.17g\\n", parts, a[0], a[count - 1], b[count / 2], b[count - 1]);
}`;
      const built = spawnSync('gcc', ['-o', program, '-x', 'c', '-', '-pthread', '-lm'], { input: source });
      expect(built.status).toBe(0);
      const fill = (threads: string): string => execute(program, ['33', threads, '1', '1']).stdout;
      const [alone, ...values] = fill('1').split(' ');
      expect(alone).toBe('1');
      expect(new Set(values).size).toBe(4);
      for (const threads of ['2', '3', '7']) expect(fill(threads)).toBe([threads, ...values].join(' '));
    },
  );
});
