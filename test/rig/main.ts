import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import { findDenial } from './check-machine.ts';
import { createRig } from './rig.ts';
import { takeDown } from './take-down.ts';

const usage = `Nodes to try Assay on: own namespaces, own sshd, one switch between them, on this machine, as root.

  npm run -s rig -- up --directory /tmp/rig [--nodes 4] [--shape node3=1gbit]…
  npm run -s rig -- down --directory /tmp/rig
`;

/** `up` and `down` of a rig, for people. */
async function main(argv: readonly string[]): Promise<void> {
  const { values, positionals } = readArguments(argv);
  if (values.help === true) {
    say(usage);
    return;
  }
  const [command, ...rest] = positionals;
  if (rest.length > 0 || values.directory === undefined)
    throw wrongUsage(
      values.directory === undefined ? '--directory is missing' : `\`${rest[0]}\` is one word too many`,
    );
  switch (command) {
    case 'up':
      return up(values.directory, values.nodes, values.shape);
    case 'down':
      return down(values.directory);
    default:
      throw wrongUsage(`expected up or down, got \`${command ?? 'nothing'}\``);
  }
}

async function up(directory: string, nodes: string, shape: readonly string[]): Promise<void> {
  const begun = performance.now();
  const rates = Object.fromEntries(shape.map(readShape));
  const rig = await createRig({ directory, nodes: readCount(nodes), shape: rates, signal: interruption() });
  const seconds = ((performance.now() - begun) / 1000).toFixed(1);
  const shaped = Object.entries(rates).map(([name, rate]) => `, ${name} at ${rate}`);
  const ends = [rig.nodes.at(0), rig.nodes.at(-1)].map((node) => `${node?.name} (${node?.address})`);
  say(`${rig.nodes.length} nodes are up after ${seconds} s: ${ends.join(' to ')}${shaped.join('')}
  inventory   ${rig.files.inventory}
  suite       ${rig.files.suite} (the nodes share this machine: other work spoils no number)
  log in      ssh -F ${rig.files.sshConfig} node1
  keys        ${rig.files.identity}, ${rig.files.knownHosts}
Next:         npx --no -- assay certify ${rig.files.inventory} --suite ${rig.files.suite} --profile cpu-cluster
Take it down: npm run -s rig -- down --directory ${rig.directory}
`);
}

async function down(directory: string): Promise<void> {
  const denied = findDenial();
  if (denied !== undefined) throw denied;
  const place = resolve(directory);
  const ended = await takeDown(place);
  say(ended.length === 0 ? `no rig in ${place}: nothing to do\n` : `the rig in ${place} is gone\n`);
}

function readArguments(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        directory: { type: 'string' },
        nodes: { type: 'string', default: '4' },
        shape: { type: 'string', multiple: true, default: [] },
        help: { type: 'boolean' },
      },
    });
  } catch (cause) {
    if (cause instanceof TypeError) throw wrongUsage(cause.message, cause); // how parseArgs refuses
    throw cause;
  }
}

function readShape(text: string): readonly [string, string] {
  const [, name, rate] = /^([^=]+)=(.+)$/.exec(text) ?? [];
  if (name === undefined || rate === undefined)
    throw wrongUsage(`--shape: expected <node>=<rate>, as in node3=1gbit, got \`${text}\``);
  return [name, rate];
}

function readCount(text: string): number {
  if (!/^\d+$/.test(text)) throw wrongUsage(`--nodes: expected a number, got \`${text}\``);
  return Number(text);
}

/** Ctrl-C lets the step in hand end, and takes down what stands. */
function interruption(): AbortSignal {
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => controller.abort(new AssayError('INTERRUPTED', `${name} before the rig was up`)));
  }
  return controller.signal;
}

const wrongUsage = (message: string, cause?: unknown): AssayError =>
  new AssayError('USAGE', message, { cause, hint: 'See: npm run -s rig -- --help' });

const say = (text: string): void => {
  process.stdout.write(text);
};

try {
  await main(process.argv.slice(2));
} catch (cause) {
  const error = AssayError.from(cause);
  process.stderr.write(`✖ ${error.code} ${error.message}\n`);
  if (error.hint !== undefined) process.stderr.write(`  ${error.hint}\n`);
  if (error.code === 'INTERNAL') process.stderr.write(`${error.stack ?? ''}\n`);
  process.exitCode = error.exitCode;
}
