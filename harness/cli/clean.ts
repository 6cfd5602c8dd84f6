import { exitCodes } from '../../workloads/kit/error-code.ts';
import { defineCommand } from './command.ts';

/** `assay clean <targets..>`: removes what a run leaves on purpose, the agent's cache. */
export const cleanCommand = defineCommand({
  command: 'clean <targets..>',
  describe: 'Remove the agent from machines (the next run brings it again)',
  builder: (argv) =>
    argv.positional('targets', {
      type: 'string',
      array: true,
      demandOption: true,
      describe: '`local`, or [user@]host[:port]',
    }),
  run: async ({ targets: given }, { environment, err }) => {
    const { cleanNode } = await import('../deploy/deploy.ts');
    const { createTargets, nameNodes } = await import('./targets.ts');
    for (const { node, transport } of await createTargets(nameNodes(given), environment)) {
      err.write(`${node}: removed ${await cleanNode(transport)}\n`);
      await transport.close();
    }
    return exitCodes.pass;
  },
});
