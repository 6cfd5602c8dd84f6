import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Verdict } from '../../reports/verdict/verdict.ts';
import { nameOf } from '../../workloads/kit/subject.ts';
import { fabricInterface } from '../rig/fabric.ts';
import type { Rig } from '../rig/rig.ts';
import type { RigNode } from '../rig/rig-node.ts';
import { waitUntil } from '../rig/wait-until.ts';
import type { Finished } from './run-assay.ts';
import { fakeTool, startAssay } from './run-assay.ts';
import { tell } from './tell.ts';

/** A soak of four nodes that is disturbed three times: its coordinator is killed, a node is rebooted, a bit flips on another. */
export interface SoakScene {
  readonly rig: Rig;
  /** For the inventory and the run. */
  readonly directory: string;
  /** File or name of a suite. */
  readonly suite: string;
  /** `10m`. */
  readonly soak: string;
}

export interface Played {
  readonly run: string;
  readonly ended: Finished;
  readonly verdict: Verdict;
}

/** Lines of sshd_config with which the compiler of a node's root comes before the system's. */
export const ownCompilerFirst: readonly string[] = [
  'SetEnv PATH=/root/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
];

/** Long enough for windows of minutes. */
const patienceMs = 1_200_000;

/**
 * Soaks the nodes of a rig. The coordinator is killed in the second window and its run resumed at once, node2 is rebooted in
 * the third; the lowest bit of one element of node3's product is another one in the second.
 */
export async function playSoak({ rig, directory, suite, soak }: SoakScene): Promise<Played> {
  const run = join(directory, 'run');
  const inventory = join(directory, 'rack.yaml');
  writeFileSync(
    inventory,
    JSON.stringify({
      schema: 'assay/inventory',
      schemaVersion: 1,
      ssh: { config: rig.files.sshConfig },
      fabric: { interface: fabricInterface },
      nodes: rig.nodes.map(({ name }) => ({ name })),
    }),
  );
  flipBit(rig.node('node3'), 2);
  const words = ['--profile', 'cpu-cluster', '--suite', suite, '--soak', soak, '--out', run];
  const first = startAssay(['certify', inventory, ...words, '--exclusive-confirmed'], { cwd: directory });
  await reachWindow(rig.node('node1'), 2, first.finished);
  first.signal('SIGKILL');
  await first.finished;
  const second = startAssay(['resume', run], { cwd: directory });
  // The node goes on by itself meanwhile: one that is rebooted before it has answered would only be out of reach.
  await second.says('node2 has answered');
  await reachWindow(rig.node('node2'), 3, second.finished);
  await rig.node('node2').reboot();
  return { run, ended: await second.finished, verdict: readVerdict(run) };
}

export const readVerdict = (run: string): Verdict =>
  Verdict.parse(JSON.parse(readFileSync(join(`${run}.report`, 'verdicts/cpu-cluster.json'), 'utf8')));

/** `pass: 6 of 6 windows …` of a requirement on a node. */
export function cellOf({ cells }: Verdict, node: string, requirement: string): string {
  const cell = cells.find((each) => nameOf(each.subject) === node && each.requirement === requirement);
  return cell === undefined ? 'no cell' : `${cell.verdict}: ${tell(cell).reason}`;
}

/**
 * Has a node compute a product of which one bit is another, in one window: what calls the library there is given a wrapper, so that
 * the tool, its check and its bound are the shipped ones, and the error is far below that bound.
 */
function flipBit(node: RigNode, window: number): void {
  const home = join(node.site.directory, 'root');
  const types =
    'int o, int ta, int tb, int m, int n, int k, float x, const float *a, int la, const float *b, int lb, float y, float *c, int lc';
  writeFileSync(
    join(home, 'flip.c'),
    `void __real_cblas_sgemm(${types});
void __wrap_cblas_sgemm(${types}) {
  __real_cblas_sgemm(o, ta, tb, m, n, k, x, a, la, b, lb, y, c, lc);
  *(unsigned *)c ^= 1;
}
`,
  );
  const isTheOne = `*build/w${window}-*gemm-openblas.c*`;
  fakeTool(
    join(home, 'bin'),
    'gcc',
    `case "$*" in
${isTheOne}) exec /usr/bin/gcc "$@" -Wl,--wrap=cblas_sgemm /root/flip.c ;;
*) exec /usr/bin/gcc "$@" ;;
esac`,
  );
}

/** Waits until a node has begun a window, as its own directory of the run shows. */
async function reachWindow(node: RigNode, window: number, ended: Promise<Finished>): Promise<void> {
  let over: Finished | undefined;
  void ended.then((how) => (over = how));
  await waitUntil(
    `${node.name} is in window ${window}`,
    () => {
      if (over !== undefined) throw new Error(`ended before that: ${over.stdout}${over.stderr}`);
      return stepsOn(node).some((step) => step.startsWith(`w${window}-`));
    },
    patienceMs,
  );
}

function stepsOn({ site }: RigNode): readonly string[] {
  const runs = join(site.directory, 'var-tmp/assay-0/runs');
  const list = (path: string): readonly string[] => (existsSync(path) ? readdirSync(path) : []);
  return list(runs).flatMap((boot) =>
    list(join(runs, boot)).flatMap((run) => list(join(runs, boot, run, 'steps'))),
  );
}
