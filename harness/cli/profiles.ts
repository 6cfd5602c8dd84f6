import { exitCodes } from '../../workloads/kit/error-code.ts';
import { defineCommand } from './command.ts';

/** `assay profiles`: the purposes that a machine can be judged for. */
export const profilesCommand = defineCommand({
  command: 'profiles',
  describe: 'List profiles and what they require',
  builder: (argv) => argv.option('json', { type: 'boolean', default: false, describe: 'Print as JSON' }),
  run: async ({ json }, { out }) => {
    const { loadRegistry } = await import('../../workloads/registry.ts');
    const { loadBuiltIn } = await import('../config/built-in.ts');
    const { profiles } = await loadBuiltIn(await loadRegistry());
    if (json) out.write(`${JSON.stringify(profiles, undefined, 1)}\n`);
    else {
      for (const profile of profiles) {
        const required = profile.requirements.filter(({ level }) => level === 'required').length;
        out.write(
          `${profile.id} ${profile.version}  ${profile.title}\n  ${profile.purpose}\n  ${required} required, ${profile.requirements.length - required} advisory\n`,
        );
      }
    }
    return exitCodes.pass;
  },
});
