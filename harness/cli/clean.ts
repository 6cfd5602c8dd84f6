import { exitCodes } from '../../workloads/kit/error-code.ts';
import { defineCommand } from './command.ts';

/** `assay clean local`: removes what a run leaves on purpose, the agent's cache. */
export const cleanCommand = defineCommand({
  command: 'clean <target>',
  describe: 'Remove the agent from a machine (the next run brings it again)',
  builder: (argv) =>
    argv.positional('target', { type: 'string', demandOption: true, describe: '`local`: this machine' }),
  run: async ({ target }, { environment, err }) => {
    const { cleanNode } = await import('../deploy/deploy.ts');
    const { createTransport } = await import('./targets.ts');
    const { transport } = createTransport(target, environment);
    err.write(`Removed ${await cleanNode(transport)}\n`);
    return exitCodes.pass;
  },
});
