import { spawnSync } from 'node:child_process';
import { cpus, loadavg } from 'node:os';
import type { Measured } from './goals.ts';
import { judgeGoals, ours } from './goals.ts';
import { agentsAtOnce, parallel } from './peers.ts';
import type { ProfileRow } from './profile.ts';

interface Beside {
  readonly roundTripsWithAgent: number;
  readonly method: string;
  readonly profiles: readonly {
    readonly name: string;
    readonly hosts: number;
    readonly rows: readonly ProfileRow[];
  }[];
  readonly rounds: number;
  readonly isJson: boolean;
}

/** Prints what was measured, and the goals. */
export function report(
  measured: Measured,
  { roundTripsWithAgent, method, profiles, rounds, isJson }: Beside,
): void {
  const goals = judgeGoals(measured);
  const ssh = spawnSync('ssh', ['-V'], { encoding: 'utf8' }).stderr.trim();
  const machine = `${new Date().toISOString()}, ${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} CPUs, load ${loadavg()[0]?.toFixed(1) ?? '?'}, ${ssh}, Node.js ${process.version}`;
  if (isJson) {
    process.stdout.write(
      `${JSON.stringify({ machine, method, rounds, ...measured, roundTripsWithAgent, goals, profiles }, undefined, 1)}\n`,
    );
    return;
  }
  const lines = [
    machine,
    `client CPU by ${method}; medians of ${rounds} interleaved rounds; curve25519-sha256, aes128-gcm, host keys checked, ${parallel} hosts at once, ${agentsAtOnce} agents`,
    '`assay` on sshd with the default MaxStartups; the others, 64 at once, on one with MaxStartups 500:30:1000. OpenSSH asks by `none` first.',
  ];
  for (const [title, figures] of [
    ['check agent and runtime, hello, first records / `true`', measured.check],
    ['push agent, verify, start, first answer', measured.push],
  ] as const) {
    for (const hosts of new Set(figures.map((one) => one.hosts))) {
      const here = figures.filter((one) => one.hosts === hosts);
      const base = here.find(({ subject }) => subject === ours)!;
      lines.push('', `N=${hosts}: ${title}`, `${'client'.padEnd(24)}CPU ms/host    wall s  CPU / assay`);
      for (const one of here) {
        const [cpu, wall, ratio] = [
          one.cpuMsPerHost.toFixed(1),
          one.wallSeconds.toFixed(2),
          (one.cpuMsPerHost / base.cpuMsPerHost).toFixed(2),
        ];
        lines.push(`${one.subject.padEnd(24)}${cpu.padStart(11)}${wall.padStart(10)}${ratio.padStart(13)}`);
      }
    }
  }
  lines.push(
    '',
    `round trips to the first record with the agent there: ${roundTripsWithAgent.toFixed(1)}`,
    '',
  );
  for (const { goal, found, isMet } of goals) {
    const verdict = isMet === undefined ? 'not measured' : isMet ? 'met' : 'NOT met';
    lines.push(`${verdict.padEnd(13)}${found?.toFixed(2).padStart(8) ?? '       –'}  ${goal}`);
  }
  for (const { name, hosts, rows } of profiles) {
    const total = rows.reduce((sum, { ms }) => sum + ms, 0);
    // Shares: the profiler samples by the clock, which runs on while somebody else has the core.
    lines.push('', `${name}, N=${hosts}: self time without idle`);
    for (const { part, ms } of rows.slice(0, 25))
      lines.push(`${((ms / total) * 100).toFixed(1).padStart(6)} %  ${part}`);
  }
  process.stdout.write(`${lines.join('\n')}\n`);
}
