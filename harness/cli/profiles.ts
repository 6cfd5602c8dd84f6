import { exitCodes } from '../../workloads/kit/error-code.ts';
import type { Profile } from '../config/profile.ts';
import { defineCommand } from './command.ts';
import { measurableOf } from './measurable.ts';

/** `assay profiles`: the purposes that a machine can be judged for. */
export const profilesCommand = defineCommand({
  command: 'profiles',
  describe: 'List profiles and what they require',
  builder: (argv) => argv.option('json', { type: 'boolean', default: false, describe: 'Print as JSON' }),
  run: async ({ json }, { out }) => {
    const { loadRegistry } = await import('../../workloads/registry.ts');
    const { loadBuiltIn } = await import('../config/built-in.ts');
    const { profiles } = await loadBuiltIn(await loadRegistry());
    if (json) {
      const told = profiles.map((profile) => {
        const { measurable, lacking } = measurableOf(profile);
        return { ...profile, measurable, canBeCertified: lacking.length === 0 };
      });
      out.write(`${JSON.stringify(told, undefined, 1)}\n`);
    } else for (const profile of profiles) out.write(`${describe(profile).join('\n')}\n`);
    return exitCodes.pass;
  },
});

/** More are not read. */
const mostNamed = 3;

function describe({ id, version, title, purpose, suites, requirements, family }: Profile): readonly string[] {
  const { required, measurable, lacking } = measurableOf({ requirements });
  const named = lacking.slice(0, mostNamed).map((requirement) => requirement.title);
  const more = lacking.length > named.length ? `, and ${lacking.length - named.length} more` : '';
  const uses = Object.entries(suites).map(([use, suite]) => `${use} ${suite}`);
  return [
    `${id} ${version}  ${title}`,
    `  ${purpose}`,
    `  ${required} required, ${measurable} of them measurable today; ${requirements.length - required} advisory`,
    ...(family === 'survey'
      ? []
      : [
          `  can be certified: ${lacking.length === 0 ? 'yes' : `no, nothing measures yet: ${named.join(', ')}${more}`}`,
        ]),
    ...(uses.length === 0 ? [] : [`  suites: ${uses.join(', ')}`]),
  ];
}
