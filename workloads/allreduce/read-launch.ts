import * as z from 'zod';
import type { Result } from '../kit/result.ts';
import { err, ok } from '../kit/result.ts';
import type { Launch, Seat } from '../kit/seat.ts';
import type { McaSettings } from './mca-settings.ts';
import { daemonSettings, launchSettings, mostRegexCharacters, transportSettings } from './mca-settings.ts';
import { readShellWords } from './read-shell-words.ts';

/** All that a member's daemon has to know of the leader. */
const LaunchParameters = z.strictObject({
  jobId: z.string().regex(/^\d{1,10}$/),
  vpid: z.string(),
  processes: z.string(),
  nodeRegex: z
    .string()
    .regex(/^[A-Za-z0-9_.,@():[\]-]+$/)
    .max(mostRegexCharacters),
  headUri: z.string(),
  version: z.string().regex(/^4\.\d{1,3}\.\d{1,3}$/),
});
export type LaunchParameters = z.infer<typeof LaunchParameters>;

/** The parameters of orted in which a launch differs from another, and what we call them. */
const variableNames: ReadonlyMap<string, keyof LaunchParameters> = new Map([
  ['ess_base_jobid', 'jobId'],
  ['ess_base_vpid', 'vpid'],
  ['ess_base_num_procs', 'processes'],
  ['orte_node_regex', 'nodeRegex'],
  ['orte_hnp_uri', 'headUri'],
]);

/** What mpirun puts around the words when the user's login shell is sh or ksh (plm_rsh_module.c, `setup_shell`). */
const profileWords = ['(', 'test', '!', '-r', './.profile', '||', '.', './.profile;'] as const;

/** Reads what native/launch-request.c passed on: a member's address, the words of mpirun, the leader's version. */
export function readLaunch(words: readonly string[], seat: Seat): Result<Launch> {
  const [address, ...rest] = words;
  const rank = seat.members.findIndex((member) => member.address === address);
  if (rank < 1) return err(`expected the address of a member to launch on, got ${quote(address)}`);
  const version = /^open-mpi=(.*)$/.exec(rest.pop() ?? '')?.[1];
  if (version === undefined) return err('expected the version of Open MPI as the last word');
  const spoken = readShellWords(withoutProfile(rest).join(' '));
  if (!spoken.ok) return spoken;
  const [program, ...options] = spoken.value;
  if (program !== 'orted') return err(`expected orted to be launched, got ${quote(program)}`);
  const settings = readSettings(options);
  if (!settings.ok) return settings;
  const variable = takeVariable(settings.value, seat.network);
  if (!variable.ok) return variable;
  const parameters = checkParameters({ ...variable.value, version }, seat, rank);
  return parameters.ok ? ok({ rank, parameters: parameters.value }) : parameters;
}

/** Whether these parameters can only start the daemon of this rank, for this leader. */
export function checkParameters(parameters: unknown, seat: Seat, rank: number): Result<LaunchParameters> {
  const read = LaunchParameters.safeParse(parameters);
  if (!read.success) return err(`launch parameters: ${z.prettifyError(read.error)}`);
  const { vpid, processes, jobId, headUri } = read.data;
  if (vpid !== `${rank}`) return err(`expected the launch of rank ${rank}, got ${quote(vpid)}`);
  if (processes !== `${seat.members.length}`)
    return err(`expected ${seat.members.length} daemons, got ${quote(processes)}`);
  const head = `${jobId}.0;tcp://${seat.members[0]?.address ?? ''}:`;
  const port = headUri.startsWith(head) ? headUri.slice(head.length) : '';
  return /^[1-9]\d{0,4}$/.test(port) && Number(port) < 65_536
    ? ok(read.data)
    : err(`expected the leader at \`${head}<port>\`, got ${quote(headUri)}`);
}

function withoutProfile(words: readonly string[]): readonly string[] {
  const isWrapped = profileWords.every((word, index) => words[index] === word) && words.at(-1) === ')';
  return isWrapped ? words.slice(profileWords.length, -1) : words;
}

/** `-mca name value` over and over, each name once. */
function readSettings(options: readonly string[]): Result<ReadonlyMap<string, string>> {
  const settings = new Map<string, string>();
  for (let index = 0; index < options.length; index += 3) {
    const [flag, name, value] = options.slice(index, index + 3);
    if ((flag !== '-mca' && flag !== '--mca') || name === undefined || value === undefined)
      return err(`expected \`-mca NAME VALUE\`, got ${quote(options.slice(index, index + 3).join(' '))}`);
    if (settings.has(name)) return err(`expected each parameter once, got ${quote(name)} again`);
    settings.set(name, value);
  }
  return ok(settings);
}

/** Everything must be there, nothing else may be, and what we set ourselves must be as we set it. */
function takeVariable(
  settings: ReadonlyMap<string, string>,
  network: string,
): Result<Readonly<Record<string, string>>> {
  const fixed: McaSettings = { ...launchSettings, ...transportSettings(network), ...daemonSettings };
  const variable: Record<string, string> = {};
  for (const [name, value] of settings) {
    const ours = variableNames.get(name);
    if (ours !== undefined) variable[ours] = value;
    else if (!Object.hasOwn(fixed, name)) return err(`expected known parameters only, got ${quote(name)}`);
    else if (fixed[name] !== value)
      return err(`${name}: expected ${quote(fixed[name])}, got ${quote(value)}`);
  }
  const missing = [...variableNames.keys(), ...Object.keys(fixed)].find((name) => !settings.has(name));
  return missing === undefined ? ok(variable) : err(`expected the parameter \`${missing}\`, got none`);
}

const quote = (text: string | undefined): string =>
  text === undefined ? 'nothing' : `\`${text.slice(0, 80)}\``;
