import { exitCodes } from '../../workloads/kit/error-code.ts';
import { defineCommand } from './command.ts';
import { sshConfig } from './options.ts';

/** `assay nodes clean <targets..>`: removes what a run leaves on purpose, the agent's cache. */
export const nodesCommand = defineCommand({
  command: 'nodes <action> <targets..>',
  describe: 'Remove the agent from machines: `nodes clean` (the next run brings it again)',
  builder: (argv) =>
    argv
      .positional('action', { choices: ['clean'] as const, demandOption: true, describe: 'What to do' })
      .positional('targets', {
        type: 'string',
        array: true,
        demandOption: true,
        describe: '`local`, [user@]host[:port], gpu[01-04], or an inventory file',
      })
      .option('ssh-config', sshConfig),
  run: async ({ targets: given, sshConfig: config }, { environment, err }) => {
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
  },
});
