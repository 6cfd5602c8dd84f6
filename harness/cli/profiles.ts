import type { ExitCode } from '../../workloads/kit/error-code.ts';
import { exitCodes } from '../../workloads/kit/error-code.ts';
import type { Requirement } from '../../workloads/kit/requirement.ts';
import type { OwnProfileContext } from '../config/own-profile.ts';
import type { Profile } from '../config/profile.ts';
import type { CliContext } from './command.ts';
import { defineCommand } from './command.ts';
import { measurableOf } from './measurable.ts';

/**
 * `assay profiles`: the purposes that a machine can be judged for. `profiles check FILE` looks at one of one's own, `profiles show ID
 * --class C` says what each requirement is held against on machines of a class.
 */
export const profilesCommand = defineCommand({
  command: 'profiles [action] [profile]',
  describe:
    'List profiles and what they require; check one of your own; show which limits one has for a class',
  examples: [
    ['profiles', 'what a machine can be judged for, and how much of that can be measured today'],
    ['profiles check ours.yaml', 'all that is wrong with one of your own'],
    ['profiles show ai-inference --class hgx-h100-8', 'the limit that each requirement has for a class'],
  ],
  builder: (argv) =>
    argv
      .positional('action', {
        choices: ['list', 'check', 'show'] as const,
        default: 'list' as const,
        describe: 'What to do; nothing of it contacts a machine',
      })
      .positional('profile', {
        type: 'string',
        describe: '`check`: a YAML file; `show`: a name, or a YAML file',
      })
      .option('class', { type: 'string', describe: '`show`: a class of machine that inventories claim' })
      .option('json', { type: 'boolean', default: false, describe: 'Print as JSON' }),
  run: async ({ action, profile, class: hardware, json }, context) => {
    const { loadRegistry } = await import('../../workloads/registry.ts');
    const { loadBuiltIn } = await import('../config/built-in.ts');
    const registry = await loadRegistry();
    const { workingDirectory } = context.environment;
    const known = { builtIn: await loadBuiltIn(registry), registry, workingDirectory };
    if (action === 'list') return list(known.builtIn.profiles, json, context);
    const { AssayError } = await import('../../workloads/kit/assay-error.ts');
    if (profile === undefined)
      throw new AssayError('USAGE', `expected a profile to ${action}, got none`, {
        hint: `Write for example: assay profiles ${action === 'show' ? 'show ai-inference --class hgx-h100-8' : 'check ours.yaml'}`,
      });
    if (action === 'check') return check(profile, known, json, context);
    const { findProfile } = await import('../config/own-profile.ts');
    return show(await findProfile(profile, known), hardware, known, { json, out: context.out });
  },
});

function list(profiles: readonly Profile[], json: boolean, { out }: CliContext): ExitCode {
  if (json) {
    const told = profiles.map((profile) => {
      const { measurable, canBeCertified } = measurableOf(profile);
      return { ...profile, measurable, canBeCertified };
    });
    out.write(`${JSON.stringify(told, undefined, 1)}\n`);
  } else for (const profile of profiles) out.write(`${describe(profile).join('\n')}\n`);
  return exitCodes.pass;
}

async function check(
  file: string,
  known: OwnProfileContext,
  json: boolean,
  { out, err }: CliContext,
): Promise<ExitCode> {
  const { cleanText, escapeJson } = await import('../../reports/text/clean-text.ts');
  const { checkOwnProfile } = await import('../config/own-profile.ts');
  const checked = await checkOwnProfile(file, known);
  const errors = 'errors' in checked ? checked.errors : [];
  if (json) {
    const document = { schema: 'assay/profile-check', schemaVersion: 1, file, errors };
    out.write(`${escapeJson(JSON.stringify(document, undefined, 1))}\n`);
  } else if ('profile' in checked) {
    out.write(`${file}: valid\n${describe(checked.profile).join('\n')}\n`);
  }
  if ('profile' in checked) return exitCodes.pass;
  for (const { message, hint = 'Correct the profile.' } of errors)
    err.write(cleanText(`✖ CONFIG_INVALID ${message}`) + '\n' + cleanText(`  ${hint}`) + '\n');
  err.write(`${errors.length === 1 ? '1 error' : `${errors.length} errors`}\n`);
  return exitCodes.usage;
}

async function show(
  profile: Profile,
  named: string | undefined,
  { builtIn }: OwnProfileContext,
  { json, out }: { readonly json: boolean; readonly out: CliContext['out'] },
): Promise<ExitCode> {
  const { escapeJson } = await import('../../reports/text/clean-text.ts');
  const { loadClasses } = await import('../config/hardware-class.ts');
  const { resource } = await import('../resources.ts');
  const { checkName } = await import('../config/check-requirement.ts');
  const { describeAsked } = await import('./describe-asked.ts');
  const { limitsForClass } = await import('./profile-limits.ts');
  const classes = await loadClasses(resource('harness/profiles/classes'));
  if (named !== undefined) checkName(named, classes.keys(), '--class', 'a class that inventories claim');
  const hardware = named === undefined ? undefined : classes.get(named);
  const requirements = limitsForClass(profile, hardware, builtIn.limits);
  const { id, version, title } = profile;
  if (json) {
    const document = {
      schema: 'assay/profile-limits',
      schemaVersion: 1,
      profile: { id, version, title },
      ...(hardware === undefined ? {} : { class: hardware.id }),
      requirements: requirements.map(({ requirement, asked }) => ({
        id: requirement.id,
        title: requirement.title,
        level: requirement.level,
        scope: requirement.scope,
        sampling: requirement.sampling,
        asked,
      })),
    };
    out.write(`${escapeJson(JSON.stringify(document, undefined, 1))}\n`);
    return exitCodes.pass;
  }
  const required = requirements.filter(({ requirement }) => requirement.level === 'required');
  const stated = required.filter(({ asked }) => asked.by === 'contract');
  out.write(
    `${[
      `${id} ${version}  ${title}, ${hardware === undefined ? 'machines of no class' : `${hardware.id}: ${hardware.title}`}`,
      ...requirements.flatMap(describeAsked),
      ...(stated.length === 0
        ? []
        : [
            `${stated.length} of ${required.length} required have no limit that anybody publishes: ${stated.map(({ requirement }) => requirement.id).join(', ')}`,
            'What a contract states: docs/contract.md',
          ]),
    ].join('\n')}\n`,
  );
  return exitCodes.pass;
}

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
