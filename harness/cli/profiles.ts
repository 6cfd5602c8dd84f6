import { exitCodes } from '../../workloads/kit/error-code.ts';
import type { Requirement } from '../../workloads/kit/requirement.ts';
import type { Profile } from '../config/profile.ts';
import { defineCommand } from './command.ts';
import { measurableOf } from './measurable.ts';

/** `assay profiles`: the purposes that a machine can be judged for. */
export const profilesCommand = defineCommand({
  command: 'profiles',
  describe: 'List profiles and what they require',
  examples: [['profiles', 'what a machine can be judged for, and how much of that can be measured today']],
  builder: (argv) => argv.option('json', { type: 'boolean', default: false, describe: 'Print as JSON' }),
  run: async ({ json }, { out }) => {
    const { loadRegistry } = await import('../../workloads/registry.ts');
    const { loadBuiltIn } = await import('../config/built-in.ts');
    const { profiles } = await loadBuiltIn(await loadRegistry());
    if (json) {
      const told = profiles.map((profile) => {
        const { measurable, canBeCertified } = measurableOf(profile);
        return { ...profile, measurable, canBeCertified };
      });
      out.write(`${JSON.stringify(told, undefined, 1)}\n`);
    } else for (const profile of profiles) out.write(`${describe(profile).join('\n')}\n`);
    return exitCodes.pass;
  },
});

/** More are not read. */
const mostNamed = 3;

function name(requirements: readonly Requirement[]): string {
  const named = requirements.slice(0, mostNamed).map(({ title }) => title);
  const more = requirements.length > named.length ? `, and ${requirements.length - named.length} more` : '';
  return `${named.join(', ')}${more}`;
}

function describe({ id, version, title, purpose, suites, requirements, family }: Profile): readonly string[] {
  const { required, measurable, lacking, unstated, canBeCertified } = measurableOf({ requirements });
  const reasons = [
    ...(lacking.length === 0 ? [] : [`nothing measures yet: ${name(lacking)}`]),
    ...(unstated.length === 0 ? [] : [`nobody publishes a limit for: ${name(unstated)}`]),
  ];
  const uses = Object.entries(suites).map(([use, suite]) => `${use} ${suite}`);
  return [
    `${id} ${version}  ${title}`,
    `  ${purpose}`,
    `  ${required} required, ${measurable} of them measurable today; ${requirements.length - required} advisory`,
    ...(family === 'survey'
      ? []
      : [`  can be certified: ${canBeCertified ? 'yes' : `no, ${reasons.join('; ')}`}`]),
    ...(uses.length === 0 ? [] : [`  suites: ${uses.join(', ')}`]),
  ];
}
