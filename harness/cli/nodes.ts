import type { ExitCode } from '../../workloads/kit/error-code.ts';
import { exitCodes } from '../../workloads/kit/error-code.ts';
import type { CliContext } from './command.ts';
import { defineCommand } from './command.ts';
import { sshConfig } from './options.ts';

/**
 * `assay nodes clean <targets..>` removes what a run leaves on purpose; `nodes show` says how each would be reached, `nodes
 * sudoers` what root has to allow there.
 */
export const nodesCommand = defineCommand({
  command: 'nodes <action> <targets..>',
  describe:
    'Show how machines are reached: `nodes show`; print the rules for sudo that a suite needs: `nodes sudoers`; remove the agent: `nodes clean` (the next run brings it again)',
  builder: (argv) =>
    argv
      .positional('action', {
        choices: ['clean', 'show', 'sudoers'] as const,
        demandOption: true,
        describe: 'What to do; `show` contacts nothing, `sudoers` looks and changes nothing',
      })
      .positional('targets', {
        type: 'string',
        array: true,
        demandOption: true,
        describe: '`local`, [user@]host[:port], gpu[01-04], or an inventory file',
      })
      .option('ssh-config', sshConfig)
      .option('suite', {
        type: 'string',
        default: 'survey',
        describe: 'What `sudoers` prints the rules for: a name, or a YAML file',
      })
      .option('json', { type: 'boolean', default: false, describe: 'Print what `show` says as JSON' }),
  examples: [
    ['nodes show gpu01', 'how a machine would be reached'],
    ['nodes sudoers gpu01 --suite storage', 'the least rule for sudo that a suite needs'],
    ['nodes clean local', 'remove what runs have left on a machine'],
  ],
  run: async ({ action, targets, sshConfig: config, json, suite }, context) => {
    if (action === 'show') return show(targets, config, json, context);
    if (action === 'clean') return clean(targets, config, context);
    const { printSudoers } = await import('./sudoers.ts');
    return printSudoers(targets, config, suite, context);
  },
});

async function show(
  given: readonly string[],
  config: string | undefined,
  json: boolean,
  { environment, out }: CliContext,
): Promise<ExitCode> {
  const { escapeJson } = await import('../../reports/text/clean-text.ts');
  const { describeWay, showWay } = await import('./describe-way.ts');
  const { loadTargets } = await import('./targets.ts');
  const { loadWays } = await import('./ways.ts');
  const { inventory } = await loadTargets(given, environment, config);
  const ways = (await loadWays(inventory, environment)).map(showWay);
  const document = { schema: 'assay/ways', schemaVersion: 1, ways };
  out.write(
    json
      ? `${escapeJson(JSON.stringify(document, undefined, 1))}\n`
      : `${ways.flatMap(describeWay).join('\n')}\n`,
  );
  return exitCodes.pass;
}

async function clean(
  given: readonly string[],
  config: string | undefined,
  { environment, err }: CliContext,
): Promise<ExitCode> {
  const { AssayError } = await import('../../workloads/kit/assay-error.ts');
  const { cleanNode } = await import('../deploy/clean-node.ts');
  const { createTargets, loadTargets } = await import('./targets.ts');
  const { inventory } = await loadTargets(given, environment, config);
  const targets = await createTargets(inventory, environment);
  // One machine that cannot be reached keeps nobody from cleaning the others.
  const outcomes = await Promise.all(
    targets.map(async (target) => {
      const { node, transport } = target;
      try {
        err.write(`${node}: removed ${await cleanNode(target)}\n`);
        return undefined;
      } catch (cause) {
        const error = AssayError.from(cause);
        err.write(`✖ ${node}: ${error.code} ${error.message}\n`);
        return error;
      } finally {
        await transport.close();
      }
    }),
  );
  return outcomes.find((error) => error !== undefined)?.exitCode ?? exitCodes.pass;
}
