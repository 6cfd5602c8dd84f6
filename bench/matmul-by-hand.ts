import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runProbes } from '../agents/probe/run-probes.ts';
import { median } from '../harness/stats/median.ts';
import { medianInterval } from '../harness/stats/median-interval.ts';
import type { HostFacts } from '../workloads/kit/facts/host-facts.ts';
import { readHostFacts } from '../workloads/kit/facts/read-host-facts.ts';
import type { CommandOutput } from '../workloads/kit/tool.ts';
import { openblas } from '../workloads/matmul/tools/openblas.ts';
import { own } from '../workloads/matmul/tools/own.ts';
import type { MatmulParams } from '../workloads/matmul/workload.ts';

// OpenBLAS through Assay against OpenBLAS called by hand, and our FP32 kernel against OpenBLAS: fresh processes of
// one core in interleaved rounds. Fails when the 95 % interval of a ratio's median lies wholly below its limit.
// Usage: node bench/matmul-by-hand.ts

const rounds = 25;
const size = 1024;
const seconds = 0.4;
const root = fileURLToPath(new URL('..', import.meta.url));
const path = process.env['PATH'] ?? '/usr/bin:/bin';
const workplace = mkdtempSync(join(tmpdir(), 'assay-matmul-'));

function execute(
  file: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): CommandOutput {
  const start = performance.now();
  const ended = spawnSync(file, args, { env: { PATH: path, ...env }, encoding: 'utf8' });
  const durationMs = performance.now() - start;
  return {
    stdout: ended.stdout,
    stderr: ended.stderr,
    exitCode: ended.status ?? undefined,
    artifacts: {},
    durationMs,
  };
}

/** Builds a tool's program as its plan says and returns a function that runs it once and gives FLOP/s. */
function measureBy(tool: typeof own, params: MatmulParams, facts: HostFacts): () => number {
  const build = mkdtempSync(join(workplace, `${tool.id}-`));
  const fill = (text: string) => text.replaceAll('{build}', build).replaceAll('{bundle}', root);
  const commands = tool.plan(params, facts);
  const outputs: Record<string, CommandOutput> = {};
  const run = (id: string) => {
    const command = commands.find((each) => each.id === id);
    if (command === undefined) throw new Error(`${tool.id}: no command ${id}`);
    outputs[id] = execute(fill(command.file), command.args.map(fill), command.env);
  };
  run('build');
  return () => {
    run('run');
    const parsed = tool.parse(outputs, params);
    if (!parsed.ok) throw new Error(`${tool.id}: ${parsed.error}`);
    const wrong = parsed.value.readings.find(({ metric }) => metric === 'wrongElements');
    const speed = parsed.value.readings.find(({ metric }) => metric === 'throughput');
    if (speed === undefined || wrong?.value !== 0) throw new Error(`${tool.id}: wrong elements`);
    return speed.value;
  };
}

/** Builds bench/matmul-by-hand.c and returns a function that runs it once and gives FLOP/s. */
function measureByHand(): () => number {
  const program = join(workplace, 'by-hand');
  const built = execute('gcc', ['-O2', '-o', program, join(root, 'bench/matmul-by-hand.c'), '-lopenblas']);
  if (built.exitCode !== 0) throw new Error(built.stderr);
  return () => {
    const { stdout } = execute(program, [`${size}`, `${seconds}`], { OPENBLAS_NUM_THREADS: '1' });
    return Number(/"flopPerSecond":([0-9.e+]+)/.exec(stdout)?.[1]);
  };
}

try {
  const facts = readHostFacts(
    await runProbes({
      scratchPath: workplace,
      watchMs: 0,
      path,
      programs: [],
      headers: ['cblas.h'],
      libraries: [],
      places: [],
    }),
  );
  const fp32 = { dtype: 'fp32', size, cores: 'one', seconds } as const;
  const fp16 = { ...fp32, dtype: 'fp16' } as const;
  const measures = new Map([
    ['by hand', measureByHand()],
    ['openblas', measureBy(openblas, fp32, facts)],
    ['own fp32', measureBy(own, fp32, facts)],
  ]);
  const half = own.needs(fp16, facts);
  if (half.ok) measures.set('own fp16', measureBy(own, fp16, facts));

  const results = new Map([...measures.keys()].map((name) => [name, [] as number[]]));
  for (let round = 0; round < rounds; round += 1) {
    // Each takes each place in turn: a drift of the clock favours none.
    const names = [...measures.keys()];
    const order = names.map((_, index) => names[(index + round) % names.length]!);
    for (const name of order) results.get(name)!.push(measures.get(name)!());
  }
  for (const [name, speeds] of results)
    console.log(`${name}: median ${(median(speeds) / 1e9).toFixed(1)} GFLOP/s of ${rounds}`);

  const compare = (name: string, base: string, limit: number | undefined) => {
    const ratios = results.get(name)!.map((speed, index) => speed / results.get(base)![index]!);
    const { lower, upper } = medianInterval(ratios, 0.95)!;
    const isBelow = limit !== undefined && upper < limit;
    const judged = limit === undefined ? 'reported only' : `${isBelow ? 'BELOW' : 'not below'} ${limit}`;
    console.log(
      `${name} / ${base}: ${median(ratios).toFixed(3)} [${lower.toFixed(3)}, ${upper.toFixed(3)}] (order statistics, 95 %): ${judged}`,
    );
    if (isBelow) process.exitCode = 1;
  };
  compare('openblas', 'by hand', 0.98);
  compare('own fp32', 'openblas', 0.5);
  if (half.ok) compare('own fp16', 'own fp32', undefined);
  else console.log(`own fp16: not measured: ${half.error}`);
} finally {
  rmSync(workplace, { recursive: true, force: true });
}
