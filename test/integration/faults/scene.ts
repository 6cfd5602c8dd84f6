import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { Verdict } from '../../../reports/verdict/verdict.ts';
import { nameOf } from '../../../workloads/kit/subject.ts';
import { clientFilesOf } from '../../rig/client-files.ts';
import { fabricInterface } from '../../rig/fabric.ts';
import type { RigNode } from '../../rig/rig-node.ts';
import type { Finished, Running } from '../../support/run-assay.ts';
import { startAssay, writeSuite } from '../../support/run-assay.ts';

/** What a row of the table says of a fault, as it was found. */
export interface Found {
  readonly execution: string;
  readonly cell: string;
  readonly exitCode: string;
}

/** A fault that can be provoked: on how many nodes, how, and what became of it. */
export interface Scenario {
  readonly nodes: 1 | 2 | 3;
  readonly provoke: (scene: Scene) => Promise<Found>;
}

/** One node of the inventory, as a YAML flow mapping takes it. */
export interface RackNode {
  readonly name: string;
  readonly host?: string;
}

/** One run on nodes that nobody else uses. */
export interface Scene {
  /** Freshly booted; the first one is the one with the fault. */
  readonly nodes: readonly [RigNode, ...RigNode[]];
  /** A directory of its own on this machine. */
  readonly directory: string;
  /** The run directory. */
  readonly run: string;
  /** Starts the command line in that directory. */
  readonly start: (...args: readonly string[]) => Running;
  /** Starts a certify of the nodes. */
  readonly certify: (options?: CertifyOptions) => Running;
  readonly verdict: () => Verdict;
}

export interface CertifyOptions {
  readonly entries?: readonly object[];
  readonly profile?: 'survey' | 'cpu-cluster';
  /** Absent: the nodes of the scene. */
  readonly rack?: readonly RackNode[];
  /** Changes the client's known_hosts. */
  readonly knownHosts?: (lines: string) => string;
  /** Reach hosts that are no nodes of the rig with its files too. */
  readonly anyHost?: boolean;
  /** Absent: `run` of the scene. */
  readonly out?: string;
  /** A part of the deadlines in which nodes must answer. */
  readonly patience?: number;
  readonly args?: readonly string[];
}

export function createScene(rig: string, nodes: readonly [RigNode, ...RigNode[]], directory: string): Scene {
  const run = join(directory, 'run');
  const start = (...args: readonly string[]): Running => startAssay(args, { cwd: directory });
  return {
    nodes,
    directory,
    run,
    start,
    certify: ({
      entries = [hash(), product, verify],
      profile = 'survey',
      rack = nodes.map(({ name }) => ({ name })),
      knownHosts = (lines: string) => lines,
      anyHost = false,
      out = run,
      patience = 1,
      args = [],
    } = {}) => {
      const inventory = join(directory, 'rack.yaml');
      writeInventory(inventory, writeSshConfig(rig, directory, knownHosts, anyHost), rack);
      const suite = writeSuite(directory, entries);
      const words = ['certify', inventory, '--profile', profile, '--suite', suite, '--out', out, ...args];
      return startAssay(words, { cwd: directory, env: { ASSAY_PATIENCE: String(patience) } });
    },
    verdict: () => {
      const path = ['survey', 'cpu-cluster']
        .map((id) => join(`${run}.report`, `verdicts/${id}.json`))
        .find(existsSync);
      return Verdict.parse(JSON.parse(readFileSync(path ?? join(run, 'verdicts'), 'utf8')));
    },
  };
}

/** The ssh_config of the rig, with a known_hosts file of its own. */
function writeSshConfig(
  rig: string,
  directory: string,
  change: (lines: string) => string,
  anyHost: boolean,
): string {
  const files = clientFilesOf(rig);
  const own = clientFilesOf(directory);
  writeFileSync(own.knownHosts, change(readFileSync(files.knownHosts, 'utf8')));
  const others = [
    'Host *',
    `  IdentityFile ${files.identity}`,
    '  IdentitiesOnly yes',
    `  UserKnownHostsFile ${own.knownHosts}`,
    '  GlobalKnownHostsFile none',
    '',
  ];
  writeFileSync(
    own.sshConfig,
    readFileSync(files.sshConfig, 'utf8').replaceAll(files.knownHosts, own.knownHosts) +
      (anyHost ? others.join('\n') : ''),
  );
  return own.sshConfig;
}

function writeInventory(path: string, config: string, nodes: readonly RackNode[]): void {
  const inventory = {
    schema: 'assay/inventory',
    schemaVersion: 1,
    ssh: { config },
    fabric: { interface: fabricInterface },
    nodes,
  };
  writeFileSync(path, JSON.stringify(inventory)); // YAML is a superset of JSON
}

/** The small suite: one short run of everything that the profile `survey` requires. */
export const hash = (changes: object = {}): object => ({
  id: 'hash',
  workload: 'sha256',
  tool: 'openssl',
  params: { mode: 'bulk', blockBytes: 16384, cores: 'one', seconds: 1 },
  repetitions: 1,
  budgetSeconds: 150,
  ...changes,
});
/** The same for a tool that waits for us: openssl is given half a minute more than it is to take. */
export const patientHash = (changes: object = {}): object =>
  hash({ params: { mode: 'bulk', blockBytes: 16384, cores: 'one', seconds: 90 }, ...changes });
export const product: object = {
  id: 'product',
  workload: 'matmul',
  params: { dtype: 'fp32', size: 256, cores: 'one', seconds: 0.2 },
  repetitions: 1,
  budgetSeconds: 60,
};
export const verify: object = {
  id: 'verify',
  workload: 'nvme',
  params: {
    pattern: 'verify',
    blockBytes: 65536,
    queueDepth: 4,
    jobs: 1,
    fileBytes: 16_777_216,
    seconds: 1,
  },
  repetitions: 1,
  budgetSeconds: 60,
};

/** What the table says of the node with the fault, or of one workload on it, after commands that ended so. */
export const found = (
  scene: Scene,
  ended: Finished | readonly Finished[],
  { workload = '', node = scene.nodes[0].name } = {},
): Found => ({
  ...whatBecame(scene.verdict(), node, workload),
  exitCode: [ended]
    .flat()
    .map(({ exitCode }) => String(exitCode))
    .join(', then '),
});

/**
 * What became of a node, or of one workload on it: verdicts of its required cells, and execution states of its steps,
 * once each; `completed` only if all were.
 */
export function whatBecame(
  { attempts, cells }: Verdict,
  node: string,
  workload = '',
): Pick<Found, 'execution' | 'cell'> {
  const all = attempts
    .filter((each) => each.node === node && each.workload.startsWith(workload))
    .map(({ execution }) => execution);
  const others = all.filter((execution) => execution !== 'completed');
  const verdicts = cells
    .filter(
      ({ subject, level, requirement }) =>
        nameOf(subject) === node && level === 'required' && requirement.startsWith(workload),
    )
    .map(({ verdict }) => verdict);
  const execution = list(others.length > 0 ? others : all);
  return { execution: execution === '' ? 'not run' : execution, cell: list(verdicts) };
}

const list = (words: readonly string[]): string => [...new Set(words)].toSorted().join(', ');

/** Fails unless all was measured on these nodes, and was right. */
export function expectMeasured(scene: Scene, nodes: readonly RigNode[] = scene.nodes): void {
  for (const { name } of nodes)
    expect({ name, ...whatBecame(scene.verdict(), name) }).toEqual({
      name,
      execution: 'completed',
      cell: 'pass',
    });
}

/** Kills the coordinator where it stands. */
export async function kill(scene: Scene, running: Running): Promise<void> {
  running.signal('SIGKILL');
  const killed = await running.finished;
  expect(killed.exitCode).toBe(null); // it had not ended by itself
  expect(existsSync(join(`${scene.run}.report`, 'report.html'))).toBe(false);
}
