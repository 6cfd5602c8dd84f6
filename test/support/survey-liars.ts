import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Verdict } from '../../reports/verdict/verdict.ts';
import { say } from '../../reports/verdict/words/say.ts';
import { nodeOf } from '../../workloads/kit/subject.ts';
import type { Lies } from './lying-node.ts';
import { startLyingNode } from './lying-node.ts';
import type { Finished, Running } from './run-assay.ts';
import { quickHash, startAssay, writeSuite } from './run-assay.ts';
import { createKey } from './sshd.ts';

export interface Surveyed extends Finished {
  readonly directory: string;
  readonly run: string;
  readonly verdict: () => Verdict;
  /** The most memory that the coordinator ever held. */
  readonly peakBytes: number;
}

/** Nodes that each tell their lies, with what a command line needs to reach them. */
export async function startLiars(
  directory: string,
  all: Readonly<Record<string, Lies>>,
): Promise<{ readonly args: readonly string[]; readonly stop: () => Promise<void> }> {
  const at = (name: string): string => join(directory, name);
  createKey(at('id'), 'ed25519');
  const names = Object.keys(all);
  const nodes = await Promise.all(Object.values(all).map(startLyingNode));
  writeFileSync(at('known'), nodes.map(({ port, hostKey }) => `[127.0.0.1]:${port} ${hostKey}\n`).join(''));
  const hosts = nodes.map(({ port }, index) => `Host ${names[index]}\n HostName 127.0.0.1\n Port ${port}\n`);
  const usual = `Host *\n User root\n IdentityFile ${at('id')}\n IdentitiesOnly yes\n UserKnownHostsFile ${at('known')}\n GlobalKnownHostsFile none\n`;
  writeFileSync(at('config'), [...hosts, usual].join(''));
  return {
    args: [...names, '--ssh-config', at('config')],
    stop: async () => {
      await Promise.all(nodes.map(({ stop }) => stop()));
    },
  };
}

/** Surveys nodes that each tell their lies, in an empty directory, with deadlines that are a part of the usual ones. */
export async function surveyLiars(
  all: Readonly<Record<string, Lies>>,
  { directory, patience = 1, hangsAfterMs }: SurveyOptions,
): Promise<Surveyed> {
  const { args, stop } = await startLiars(directory, all);
  try {
    const suite = writeSuite(directory, [quickHash({ repetitions: 2, budgetSeconds: 1 })]);
    const run = join(directory, 'run');
    const running = startAssay(['survey', ...args, '--suite', suite, '--out', run], {
      cwd: directory,
      env: { ASSAY_PATIENCE: String(patience) },
    });
    const hang =
      hangsAfterMs === undefined ? undefined : setTimeout(() => running.signal('SIGKILL'), hangsAfterMs);
    const [ended, peakBytes] = await Promise.all([running.finished, watchMemory(running)]);
    clearTimeout(hang);
    const verdict = (): Verdict =>
      Verdict.parse(JSON.parse(readFileSync(join(`${run}.report`, 'verdicts/survey.json'), 'utf8')));
    return { ...ended, directory, run, verdict, peakBytes };
  } finally {
    await stop();
  }
}

export interface SurveyOptions {
  readonly directory: string;
  readonly patience?: number;
  /** The command is killed then. */
  readonly hangsAfterMs?: number;
}

/** What is told of each node, by its name, on one line. */
export const toldOf = (stderr: string): ReadonlyMap<string, string> =>
  new Map(
    stderr
      .split(/^✖ /m)
      .slice(1)
      .map((text) => text.replaceAll(/\s+/g, ' '))
      .map((text) => [text.slice(0, text.indexOf(':')), text] as const),
  );

/** The most memory that a process ever held, by the kernel's own account. */
export async function watchMemory({ pid, finished }: Running): Promise<number> {
  let peak = 0;
  let isOver = false;
  void finished.then(() => (isOver = true));
  while (!isOver) {
    try {
      const status = readFileSync(`/proc/${pid}/status`, 'utf8');
      peak = Math.max(peak, Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024);
    } catch (cause) {
      if (!(cause instanceof Error && 'code' in cause)) throw cause; // gone between two looks
    }
    await sleep(20);
  }
  return peak;
}

/** All that lies in a directory, in bytes. */
export const weigh = (directory: string): number =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);

/** The cells of a node, each with its verdict and why. */
export const cellsOf = (
  { verdict }: Surveyed,
  node: string,
): readonly (readonly [id: string, verdict: string, reason: string])[] =>
  verdict()
    .cells.filter(({ subject }) => nodeOf(subject) === node)
    .map(({ id, verdict: word, reason }) => [id, word, say(reason)] as const);
