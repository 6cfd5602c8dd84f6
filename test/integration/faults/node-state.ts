import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { markName } from '../../../agents/exec/sweep.ts';
import { readProcFile } from '../../rig/marked-processes.ts';
import type { NodeProcess } from '../../rig/node-processes.ts';
import { writeSshdConfig } from '../../rig/node-sshd.ts';
import type { RigNode } from '../../rig/rig-node.ts';
import { waitUntil } from '../../rig/wait-until.ts';
import { fakeTool } from '../../support/run-assay.ts';

/** Lines of sshd_config with which root's own programs come first on the PATH of a node's agent. */
export const ownProgramsFirst: readonly string[] = [
  'SetEnv PATH=/root/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
];

/** Root's home of a node, as this machine sees it. */
const homeOf = ({ site }: RigNode): string => join(site.directory, 'root');

/** Puts an executable before the system's own of that name, on this node only. */
export const putTool = (node: RigNode, name: string, script: string): void =>
  fakeTool(join(homeOf(node), 'bin'), name, script);

/** An openssl that answers as the real one, but for what it does when it is to be timed. */
export const putOpenssl = (node: RigNode, timed: string): void =>
  putTool(
    node,
    'openssl',
    `case $1 in
speed) ${timed} ;;
*) exec /usr/bin/openssl "$@" ;;
esac`,
  );

/** What openssl prints when it was timed with blocks of 16 KiB on one core. */
export const printSpeed = `printf '+H:16384\\n+F:25:sha256:163840.00\\n'`;

/** A tool that has begun, and goes on when it is told to. */
export interface Gate {
  readonly script: string;
  readonly begun: () => Promise<void>;
  readonly open: () => void;
}

export function createGate(node: RigNode): Gate {
  const [begun, open] = ['begun', 'open'].map((name) => join(homeOf(node), name)) as [string, string]; // two names
  return {
    script: ': > /root/begun; until [ -e /root/open ]; do sleep 0.05; done',
    begun: () => waitUntil(`the tool has begun on ${node.name}`, () => existsSync(begun), 60_000),
    open: () => writeFileSync(open, ''),
  };
}

/** An openssl whose timed run lasts until it is told to end. */
export function putGatedOpenssl(node: RigNode): Gate {
  const gate = createGate(node);
  putOpenssl(node, `${gate.script}; ${printSpeed}`);
  return gate;
}

/**
 * The agent's own processes on a node, as they call themselves: a keeper, and bridges of later connections to it.
 * A child that one of them has forked for a tool has its command line until it is that tool: it is none of them.
 */
export function agentProcesses(node: RigNode, verb: 'bridge' | 'keeper'): readonly NodeProcess[] {
  const named = node.processes().filter(({ commandLine }) => commandLine.includes(`agent.js ${verb} `));
  const isForked = ({ machineParent }: NodeProcess): boolean =>
    named.some(({ machinePid }) => machinePid === machineParent);
  return named.filter((each) => !isForked(each));
}

/** Kills the one bridge or keeper of a node. */
export function killAgent(node: RigNode, verb: 'bridge' | 'keeper'): void {
  const [first, ...more] = agentProcesses(node, verb);
  if (first === undefined || more.length > 0)
    throw new Error(`expected one ${verb} on ${node.name}, found ${more.length + (first ? 1 : 0)}`);
  process.kill(first.machinePid, 'SIGKILL');
}

/** Waits until nothing of any run is on a node but the cache; fails with what is left. */
export async function expectNothingLeft(node: RigNode): Promise<void> {
  let left: readonly string[] = [];
  try {
    const isClean = async (): Promise<boolean> => {
      left = await listRemains(node);
      return left.length === 0;
    };
    await waitUntil('nothing is left', isClean, 30_000);
  } catch (cause) {
    throw new Error(`expected nothing of a run on ${node.name}, found ${left.join('; ')}`, { cause });
  }
}

/** Fails when anything of a step runs on a node. */
export function expectIdle(node: RigNode): void {
  expect(node.processes().filter(isOfStep)).toEqual([]);
}

const isOfStep = ({ machinePid }: NodeProcess): boolean =>
  readProcFile(`${machinePid}/environ`).includes(`${markName}=`);

async function listRemains(node: RigNode): Promise<readonly string[]> {
  const processes = node
    .processes()
    .filter((each) => isOfStep(each) || each.commandLine.includes('agent.js'));
  const { stdout } = await node.exec([
    'sh',
    '-c',
    'ls -d /tmp/assay-*/runs /var/tmp/assay-*/runs 2>/dev/null',
  ]);
  return [...processes.map(({ commandLine }) => commandLine), ...stdout.split('\n').filter(Boolean)];
}

/** As it was when the rig was built, but for the cache in /var/tmp. */
export async function resetNode(node: RigNode): Promise<void> {
  await node.authorize(true);
  await node.loginShell('/bin/bash');
  for (const name of readdirSync(homeOf(node)))
    if (name !== '.ssh') rmSync(join(homeOf(node), name), { recursive: true });
  rmSync(join(node.site.directory, 'var-tmp/assay-0/runs'), { recursive: true, force: true });
  await writeSshdConfig(node.site.directory, ownProgramsFirst);
  await node.blackHole(false);
  await node.shape(undefined);
  await node.reboot({ isSilent: true });
}
