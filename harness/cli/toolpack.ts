import { resolve } from 'node:path';
import type { ExitCode } from '../../workloads/kit/error-code.ts';
import { exitCodes } from '../../workloads/kit/error-code.ts';
import type { LoadedToolpack } from '../config/toolpack.ts';
import type { CliContext } from './command.ts';
import { defineCommand } from './command.ts';
import { sshConfig } from './options.ts';

/** `assay toolpack build|show|push`: libraries and programs of the site, which nodes are to have by digest and not by chance. */
export const toolpackCommand = defineCommand({
  command: 'toolpack <action> <path> [targets..]',
  describe:
    'Libraries and programs of your own for tools to use: `build` a pack of a description, `show` what is in one and whether it is whole, `push` it to machines',
  builder: (argv) =>
    argv
      .positional('action', {
        choices: ['build', 'show', 'push'] as const,
        demandOption: true,
        describe: 'What to do',
      })
      .positional('path', {
        type: 'string',
        demandOption: true,
        describe: '`build`: a description (YAML); else the folder of a pack',
      })
      .positional('targets', {
        type: 'string',
        array: true,
        default: [],
        describe: '`push`: `local`, [user@]host[:port], gpu[01-04], or an inventory file',
      })
      .option('out', { type: 'string', describe: '`build`: folder to create (default: <name>.toolpack)' })
      .option('ssh-config', sshConfig)
      .option('json', { type: 'boolean', default: false, describe: 'Print what `show` says as JSON' }),
  examples: [['toolpack show ./pack', "what a folder of the site's own libraries has in it"]],
  run: async ({ action, path, targets, out, sshConfig: config, json }, context) => {
    const { AssayError } = await import('../../workloads/kit/assay-error.ts');
    if (action !== 'push' && targets.length > 0)
      throw new AssayError('USAGE', `expected one path, got \`${targets[0]}\` too`, {
        hint: 'Only `push` takes machines.',
      });
    if (action === 'push' && targets.length === 0)
      throw new AssayError('USAGE', 'expected machines to bring the pack to, got none', {
        hint: 'Write for example: assay toolpack push hall3.toolpack rack.yaml',
      });
    const file = resolve(context.environment.workingDirectory, path);
    if (action === 'build') return build(file, out, context);
    const { loadToolpack } = await import('../config/toolpack.ts');
    const pack = await loadToolpack(file);
    return action === 'show' ? show(pack, json, context) : push(pack, targets, config, context);
  },
});

async function build(
  file: string,
  out: string | undefined,
  { environment, out: output }: CliContext,
): Promise<ExitCode> {
  const { loadSource } = await import('../config/load-source.ts');
  const { readConfig } = await import('../config/read-config.ts');
  const { ToolpackFile } = await import('../config/toolpack.ts');
  const { buildToolpack } = await import('../deploy/toolpack.ts');
  const written = readConfig(ToolpackFile, await loadSource(file));
  const folder = resolve(environment.workingDirectory, out ?? `${written.name}.toolpack`);
  const pack = await buildToolpack({ file, written }, folder);
  output.write(`${describe(pack, []).join('\n')}\n`);
  return exitCodes.pass;
}

async function show(pack: LoadedToolpack, json: boolean, { out }: CliContext): Promise<ExitCode> {
  const { escapeJson } = await import('../../reports/text/clean-text.ts');
  const { findDamage } = await import('../deploy/toolpack.ts');
  const damage = await findDamage(pack);
  const { digest, document } = pack;
  out.write(
    json
      ? `${escapeJson(JSON.stringify({ ...document, digest, damage }, undefined, 1))}\n`
      : `${describe(pack, damage).join('\n')}\n`,
  );
  return damage.length === 0 ? exitCodes.pass : exitCodes.evidence;
}

function describe(
  { folder, digest, document }: LoadedToolpack,
  damage: readonly string[],
): readonly string[] {
  const { name, machine, files } = document;
  const bytes = files.reduce((sum, each) => sum + each.bytes, 0);
  const width = Math.max(...files.map(({ path }) => path.length));
  return [
    `${name} for ${machine}: ${files.length} files, ${(bytes / 1e6).toFixed(1)} MB, in ${folder}`,
    `sha256 ${digest}`,
    ...files.map(
      ({ path, sha256, version, licence }) =>
        `  ${path.padEnd(width)}  ${sha256.slice(0, 12)}  ${version}, ${licence}`,
    ),
    ...damage.map((each) => `✖ ${each}`),
    damage.length === 0 ? 'Every file is as it was when the pack was built.' : 'Build it again.',
  ];
}

/** In words, what bringing it came to. */
const outcomes = {
  brought: 'brought and verified',
  there: 'is there already, verified',
  foreign: 'has another processor: nothing was brought',
} as const;

async function push(
  pack: LoadedToolpack,
  given: readonly string[],
  config: string | undefined,
  { environment, err }: CliContext,
): Promise<ExitCode> {
  const { AssayError } = await import('../../workloads/kit/assay-error.ts');
  const { bringToolpack } = await import('../deploy/start-agent.ts');
  const { findDamage } = await import('../deploy/toolpack.ts');
  const { createTargets, loadTargets } = await import('./targets.ts');
  const [damage] = await findDamage(pack);
  if (damage !== undefined)
    throw new AssayError('TOOLPACK_DAMAGED', damage, { hint: 'Build the pack again.' });
  const { inventory } = await loadTargets(given, environment, config);
  const targets = await createTargets(inventory, environment);
  let worst: ExitCode = exitCodes.pass;
  // One after the other: a pack is hundreds of megabytes, and all go over the link of this machine.
  for (const target of targets) {
    try {
      err.write(`${target.node}: ${pack.document.name} ${outcomes[await bringToolpack(target, pack)]}\n`);
    } catch (cause) {
      const error = AssayError.from(cause);
      err.write(`✖ ${target.node}: ${error.code} ${error.message}\n${error.hint ? `  ${error.hint}\n` : ''}`);
      worst = error.exitCode;
    } finally {
      await target.transport.close();
    }
  }
  return worst;
}
