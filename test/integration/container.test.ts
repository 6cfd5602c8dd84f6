import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { Verdict } from '../../reports/verdict/verdict.ts';
import { fakeTool, quickHash, runAssay, writeSuite } from '../support/run-assay.ts';
import { temporaryDirectory } from '../support/temporary.ts';

// A container is namespaces, which are real here, with a network and a /var/tmp of its own; the engine is a script that goes in.

const isRoot = process.getuid?.() === 0;
const hasNamespaces =
  isRoot && spawnSync('unshare', ['--mount', '--pid', '--net', '--fork', 'true']).status === 0;
if (!hasNamespaces && process.env['CI'] === 'true') throw new Error('expected namespaces in CI');

let cwd: string;

/** Starts a container and resolves with the process id of its first process. */
async function startContainer(): Promise<number> {
  const ready = join(cwd, 'ready');
  const inside = [
    // What a container has for itself, and what engines leave in it.
    'mount -t tmpfs none /var/tmp',
    'mount -t tmpfs none /run',
    'touch /run/.containerenv',
    'mount -t sysfs none /sys',
    'ip link set lo up',
    `: > ${ready}`,
    'exec sleep 600',
  ];
  const child = spawn(
    'unshare',
    ['--mount', '--pid', '--net', '--uts', '--ipc', '--fork', '--mount-proc', 'sh', '-ec', inside.join('\n')],
    { stdio: 'ignore' },
  );
  onTestFinished(async () => {
    const ended = once(child, 'close');
    process.kill(first, 'SIGKILL');
    await ended;
  });
  while (!existsSync(ready)) {
    if (child.exitCode !== null) throw new Error('expected a container, found that it has ended');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const { pid = 0 } = child;
  const first = Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8'));
  return first;
}

beforeEach(() => {
  cwd = temporaryDirectory();
});

const writeInventory = (container: object): void =>
  writeFileSync(
    join(cwd, 'rack.yaml'),
    JSON.stringify({
      schema: 'assay/inventory',
      schemaVersion: 1,
      nodes: [{ name: 'box', host: 'local', container }],
    }),
  );

const assay = (...args: readonly string[]) =>
  runAssay(args, { cwd, path: [join(cwd, 'bin')], env: { XDG_STATE_HOME: join(cwd, 'state') } });

describe.skipIf(!hasNamespaces)('a container', () => {
  it('is measured from inside, through its engine, and says that it is one', async () => {
    const pid = await startContainer();
    const enter = `exec nsenter -t ${pid} --mount --pid --net --uts --ipc -- "$@"`;
    fakeTool(join(cwd, 'bin'), 'podman', `[ "$1 $2 $3" = "exec -i train" ] || exit 64\nshift 3\n${enter}`);
    writeInventory({ engine: 'podman', name: 'train' });
    const suite = writeSuite(cwd, [quickHash({ repetitions: 1, budgetSeconds: 30 })]);
    const { stderr } = await assay('survey', 'rack.yaml', '--suite', suite, '--out', 'run');
    expect(stderr).not.toContain('✖');
    const text = readFileSync(join(cwd, 'run.report/verdicts/survey.json'), 'utf8');
    const { attempts } = Verdict.parse(JSON.parse(text));
    expect(attempts.map(({ node, execution }) => [node, execution])).toEqual([['box', 'completed']]);
    expect(stderr).toMatch(/virtualisation:\s+podman/);
    // Its cache is in there, and nowhere else.
    const inThere = spawnSync('nsenter', ['-t', `${pid}`, '--mount', 'ls', '/var/tmp'], { encoding: 'utf8' });
    expect(inThere.stdout).toContain('assay-0');
  });

  it('that is not there is said to be so, in the words of its engine', async () => {
    fakeTool(
      join(cwd, 'bin'),
      'docker',
      'echo "Error response from daemon: No such container: train" >&2; exit 1',
    );
    writeInventory({ engine: 'docker', name: 'train' });
    const { exitCode, stderr } = await assay('facts', 'rack.yaml');
    expect(exitCode).not.toBe(0);
    expect(stderr).toContain('No such container: train');
  });
});

it('an engine or a name that no engine has is refused', async () => {
  writeInventory({ engine: 'docker', name: 'a; reboot' });
  const { exitCode, stderr } = await assay('nodes', 'show', 'rack.yaml');
  expect(exitCode).toBe(64);
  expect(stderr).toContain('nodes[0].container.name');
});

it('is shown with the way to its machine', async () => {
  writeInventory({ engine: 'docker', name: 'train' });
  const { stdout } = await assay('nodes', 'show', 'rack.yaml');
  expect(stdout).toContain('this machine: not through ssh');
  expect(stdout).toContain('inside of train, through docker exec -i');
});
