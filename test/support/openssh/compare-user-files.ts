import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { removeFolder } from '../temporary.ts';
import type { Comparison } from './comparison.ts';
import type { Facts, Outcome } from './facts.ts';
import { computeOurs, judge, readOptions, theirFacts, variables } from './facts.ts';
import { generateConfig } from './generate-config.ts';
import { createChoices } from './random.ts';

/**
 * Compares the user's own file, with what it includes below ~/.ssh, and the system's behind it, with `ssh -G`: the account
 * has another home, and /etc/ssh/ssh_config is another one, in a mount namespace. Rights of files vary too.
 */
export async function compareUserFiles(seed: number, folder: string): Promise<Comparison> {
  const choices = createChoices(seed);
  const home = join(folder, 'home');
  removeFolder(folder);
  mkdirSync(join(home, '.ssh'), { recursive: true });
  const included = choices.among(['conf.d', '.', '~/.ssh/conf.d', '../.ssh/x'] as const);
  const user = generateConfig(choices, included);
  const system = generateConfig(choices, choices.among(['/etc/none', 'conf.d', '~/conf.d'] as const));
  const [own, others] = [join(home, '.ssh/config'), join(folder, 'ssh_config')];
  writeFileSync(own, shorten(user.config));
  writeFileSync(others, shorten(system.config));
  const mode = choices.among([0o600, 0o644, 0o640, 0o664, 0o664, 0o620, 0o600, 0o666] as const);
  chmodSync(own, mode);
  const group = choices.is(0.2) && process.getuid?.() === 0 ? 100 : undefined;
  if (group !== undefined) chownSync(own, 0, group);
  const below = join(home, '.ssh', included.replace(/^~\/\.ssh\//, ''));
  mkdirSync(below, { recursive: true });
  for (const [name, file] of Object.entries(user.files)) {
    writeFileSync(join(below, name), shorten(file.text));
    chmodSync(join(below, name), file.mode);
  }
  const theirs = askSsh({ folder, home, system: others, target: user.target.theirs });
  const ours = await computeOurs(
    [
      { path: own, kind: 'user' },
      { path: others, kind: 'system' },
    ],
    user.target.ours,
    home,
  );
  return {
    ...judge(lastOf(ours), theirs),
    isAcceptedByThem: theirs.kind === 'facts',
    isAcceptedByUs: ours.kind === 'facts',
    about: `${user.target.ours}\n--- ~/.ssh/config ${mode.toString(8)} ${group ?? ''}\n${user.config}--- ${JSON.stringify(user.files)}\n--- /etc/ssh/ssh_config\n${system.config}`,
  };
}

/** Without what `ssh -G` does not look into: where jumps lead back, and tokens in files of identities. */
const shorten = (text: string): string =>
  text.replaceAll(/.*(proxyjump|identityfile|certificatefile).*/gi, '');

/** The machine itself, without what `ssh -G` prints as it is written. */
function lastOf(outcome: Outcome): Outcome {
  if (outcome.kind === 'refused') return outcome;
  return { kind: 'facts', hops: outcome.hops.slice(-1).map(withoutIdentities) };
}

const withoutIdentities = (facts: Facts): Facts => ({ ...facts, identities: '' });

interface Asked {
  readonly folder: string;
  readonly home: string;
  readonly system: string;
  readonly target: readonly string[];
}

function askSsh({ folder, home, system, target }: Asked): Outcome {
  const { username, uid, gid } = userInfo();
  const passwd = join(folder, 'passwd');
  const otherAccounts = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .filter((line) => !line.startsWith(`${username}:`));
  writeFileSync(passwd, [`${username}:x:${uid}:${gid}::${home}:/bin/sh`, ...otherAccounts].join('\n'));
  const script =
    'mount --bind "$1" /etc/passwd && mount --bind "$2" /etc/ssh/ssh_config && shift 2 && exec ssh -G "$@"';
  const rights = uid === 0 ? [] : ['--map-current-user'];
  const { status, stdout, stderr } = spawnSync(
    'unshare',
    ['--mount', ...rights, 'sh', '-c', script, 'sh', passwd, system, ...target],
    { encoding: 'utf8', env: { ...variables, HOME: home }, timeout: 20_000 },
  );
  if (status !== 0) return { kind: 'refused', why: stderr };
  return { kind: 'facts', hops: [withoutIdentities(theirFacts(readOptions(stdout), [], [], home))] };
}
