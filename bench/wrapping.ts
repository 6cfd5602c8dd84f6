import { spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { toolEnvironment } from '../agents/exec/capture.ts';
import { sha256 } from '../agents/protocol/chain.ts';
import { StepResult } from '../agents/protocol/step.ts';
import { openSession } from '../harness/fleet/open-session.ts';
import type { PlannedStep } from '../harness/plan/plan.ts';
import { median } from '../harness/stats/median.ts';
import { medianInterval } from '../harness/stats/median-interval.ts';
import { readStep } from '../harness/store/kept-steps.ts';
import { NodeEvidence } from '../harness/store/node-evidence.ts';
import { lastFile } from '../harness/store/pack.ts';
import { readDocument } from '../harness/store/read-document.ts';
import { RunDirectory } from '../harness/store/run-directory.ts';
import { Deadlines } from '../harness/transport/deadlines.ts';
import { createLocalTransport } from '../harness/transport/local.ts';
import { loadRegistry } from '../workloads/registry.ts';
import { listProcesses } from './list-processes.ts';

// What it costs that a tool is run by the agent and not by hand, with a real agent on this machine:
// - the agent's CPU (all threads, from one batch's message to its evidence) beside the tool's, for a step
//   of 20 s and more; and whether the step's own `agentCpuSeconds` says the same;
// - the wall time and the result of a run of 2 s through the agent over one by hand, in interleaved pairs, beside a second
//   run by hand over the first. Fails when the whole 95 % interval of the wall time's ratio is above 1.005.
// Needs openssl. Under six minutes. Usage: node bench/wrapping.ts [pairs]

const pairs = Number(process.argv[2] ?? 40);
const limits = { agentShare: 0.003, wall: 1.005 };
const longSeconds = 24;
const shortSeconds = 2;
const inside = 'ASSAY_WRAPPING_INSIDE';
const program = process.env['PATH'] ?? '/usr/bin:/bin';

/** CPU seconds of a process: its own threads, and its children that it has waited for. */
interface Cpu {
  readonly own: number;
  readonly children: number;
}

const ticksPerSecond = Number(spawnSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }).stdout);

function readCpu(pid: number): Cpu {
  // Nanoseconds on the CPU, of every thread: /proc/<pid>/stat has ticks of 10 ms only, which is all there is for children.
  const threads = readdirSync(`/proc/${pid}/task`).map((thread) =>
    Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'latin1').split(' ')[0]),
  );
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return {
    own: threads.reduce((sum, each) => sum + each, 0) / 1e9,
    children: (Number(fields[13]) + Number(fields[14])) / ticksPerSecond, // cutime and cstime: 16 and 17 of proc(5)
  };
}

/** The one keeper below `state`. */
function findKeeper(state: string): number {
  const found = listProcesses().filter(
    ({ words }) => words[1] === 'keeper' && words[2]?.startsWith(state) === true,
  );
  if (found.length !== 1) throw new Error(`expected one keeper below ${state}, found ${found.length}`);
  return found[0]!.pid;
}

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'assay-wrapping-'));
  const state = join(folder, 'state');
  try {
    const run = await RunDirectory.create(
      join(folder, 'run'),
      {
        schema: 'assay/run',
        schemaVersion: 1,
        id: `wrapping-${process.pid}`,
        nonce: randomUUID(),
        assay: 'bench',
        purpose: 'survey',
        startedAt: new Date().toISOString(),
        profile: 'survey',
      },
      new Map(),
    );
    const registry = await loadRegistry();
    const own = new NodeEvidence('local', run, registry);
    const planned = new Map<string, PlannedStep>();
    const evidence = { run, registry, node: () => own, stepsOf: () => planned, isPlanDigest: () => true };
    const session = await openSession(
      {
        node: 'local',
        transport: createLocalTransport({ PATH: program }),
        deadlines: new Deadlines(1),
        stateDirectories: [state],
        runtime: process.execPath,
      },
      { evidence, mode: 'open' },
    );
    const keeper = findKeeper(state);
    const beforeProbe = readCpu(keeper);
    await session.probe('facts', { scratch: undefined, watchMs: 0, now: () => new Date() });
    const afterProbe = readCpu(keeper);

    let count = 0;
    /** Runs `openssl speed` as one step of one batch; the command that measures is the last one. */
    const throughAgent = async (seconds: number) => {
      count += 1;
      const step = `r${count}`;
      const params = { mode: 'bulk', blockBytes: 16384, cores: 'one', seconds };
      const request = {
        step,
        workload: 'sha256',
        tool: 'openssl',
        params,
        repetition: 1,
        session: 1,
        budgetMs: 120_000,
      };
      planned.set(step, { node: 'local', entry: 'sha256', ...request });
      const before = readCpu(keeper);
      await session.runBatch([request], { plan: sha256('plan'), facts: 'facts' });
      const after = readCpu(keeper);
      const files = await readStep(run, { node: 'local', step, most: Infinity });
      const textOf = (file: string): string => files.get(file)?.bytes.toString('utf8') ?? '';
      const result = readDocument(StepResult, textOf(lastFile), step);
      const command = result.commands.at(-1);
      if (result.execution !== 'completed' || command === undefined) throw new Error(JSON.stringify(result));
      return {
        command,
        wallMs: command.durationMs,
        bytesPerSecond: readSpeed(textOf(`${command.id}.stdout`)),
        reported: result.agentCpuSeconds,
        agent: after.own - before.own,
        tool: after.children - before.children,
      };
    };

    const long = await throughAgent(longSeconds);
    const ms = (seconds: number): string => `${(seconds * 1000).toFixed(0)} ms`;
    print(
      `${new Date().toISOString()}, Node.js ${process.version}, \`${long.command.file} ${long.command.args.join(' ')}\``,
      `a step with ${long.tool.toFixed(2)} s of tool CPU: the agent takes ${ms(long.agent)}: ${((long.agent / long.tool) * 100).toFixed(3)} %, ${long.agent / long.tool <= limits.agentShare ? 'within' : 'ABOVE'} 0.3 %`,
      ...(long.tool < 20
        ? ['  expected 20 s of tool CPU and more: the machine is busy, the share says too much']
        : []),
      `  the step says ${ms(long.reported)}: before it writes the result, journal and evidence`,
      `  once per run, before: the probes take ${ms(afterProbe.own - beforeProbe.own)} in the agent and ${ms(afterProbe.children - beforeProbe.children)} in programs`,
    );

    const short = await throughAgent(shortSeconds);
    const { file, args, env } = short.command;
    const byHand = async (): Promise<{ wallMs: number; bytesPerSecond: number }> => {
      const start = performance.now();
      const child = spawn(file, args, {
        env: { ...toolEnvironment(program), ...env },
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      let stdout = '';
      child.stdout.on('data', (chunk: Buffer) => {
        stdout += chunk.toString();
      });
      await once(child, 'close');
      return { wallMs: performance.now() - start, bytesPerSecond: readSpeed(stdout) };
    };
    const agentMs: number[] = [];
    const measures = [
      async () => {
        const result = await throughAgent(shortSeconds);
        agentMs.push(result.agent * 1000);
        return result;
      },
      byHand,
      byHand,
    ];
    const rounds: (readonly { readonly wallMs: number; readonly bytesPerSecond: number }[])[] = [];
    for (let round = 0; round < pairs; round += 1) {
      // Each takes each place in turn: a drift of the clock favours none.
      const results = new Map<number, Awaited<ReturnType<typeof byHand>>>();
      for (let index = 0; index < 3; index += 1) {
        const which = (index + round) % 3;
        results.set(which, await measures[which]!());
      }
      rounds.push([0, 1, 2].map((which) => results.get(which)!));
    }
    const compare = (what: string, ratios: readonly number[]) => {
      const interval = medianInterval(ratios, 0.95);
      if (interval === undefined)
        throw new Error(`expected more than ${ratios.length} pairs for an interval`);
      const { lower, upper } = interval;
      print(`  ${what.padEnd(44)}${median(ratios).toFixed(5)} [${lower.toFixed(5)}, ${upper.toFixed(5)}]`);
      return lower;
    };
    print(
      `the agent's CPU for each of the following steps, whose code is warm: median ${median(agentMs).toFixed(0)} ms`,
    );
    print(`runs of ${shortSeconds} s, ${pairs} interleaved pairs: median ratio [95 %, order statistics]`);
    const lower = compare(
      'wall, through the agent ÷ by hand',
      rounds.map(([a, b]) => a!.wallMs / b!.wallMs),
    );
    compare(
      'wall, by hand ÷ by hand',
      rounds.map(([, b, c]) => c!.wallMs / b!.wallMs),
    );
    compare(
      'result, through the agent ÷ by hand',
      rounds.map(([a, b]) => a!.bytesPerSecond / b!.bytesPerSecond),
    );
    compare(
      'result, by hand ÷ by hand',
      rounds.map(([, b, c]) => c!.bytesPerSecond / b!.bytesPerSecond),
    );
    print(`  ${lower > limits.wall ? 'ABOVE' : 'not above'} ${limits.wall}`);
    process.exitCode = lower > limits.wall ? 1 : 0;
    await session.finish();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** `+F:<number>:sha256:<bytes per second>` of `openssl speed -mr`. */
function readSpeed(stdout: string): number {
  const speed = Number(/^\+F:\d+:[^:]+:([0-9.]+)$/m.exec(stdout)?.[1]);
  if (!(speed > 0)) throw new Error(`expected the result of openssl speed, got \`${stdout.slice(0, 200)}\``);
  return speed;
}

const print = (...lines: readonly string[]): void => void process.stdout.write(`${lines.join('\n')}\n`);

if (process.env[inside] === '1') await main();
else {
  // The lease on a machine belongs to its network namespace: in one of our own no other run is in our way.
  const isRoot = process.getuid?.() === 0;
  const argv = [
    ...(isRoot ? [] : ['--map-current-user']),
    '--net',
    process.execPath,
    fileURLToPath(import.meta.url),
  ];
  const env = { ...process.env, [inside]: '1' };
  process.exitCode = spawnSync('unshare', [...argv, `${pairs}`], { stdio: 'inherit', env }).status ?? 1;
}
