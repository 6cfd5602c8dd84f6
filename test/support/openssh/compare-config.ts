import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { removeFolder } from '../temporary.ts';
import type { Comparison } from './comparison.ts';
import type { Facts, Outcome } from './facts.ts';
import { computeOurs, judge, readOptions, theirFacts, variables } from './facts.ts';
import type { GeneratedConfig } from './generate-config.ts';
import { generateConfig } from './generate-config.ts';
import { createChoices } from './random.ts';

/** Compares one generated configuration with the installed ssh. `folder` is emptied. */
export async function compareConfig(seed: number, folder: string): Promise<Comparison> {
  removeFolder(folder);
  mkdirSync(folder, { recursive: true });
  const generated = generateConfig(createChoices(seed), folder);
  return compareText(generated, folder);
}

export async function compareText(generated: GeneratedConfig, folder: string): Promise<Comparison> {
  const path = join(folder, 'ssh_config');
  writeFileSync(path, generated.config);
  for (const [name, { text, mode }] of Object.entries(generated.files)) {
    writeFileSync(join(folder, name), text);
    chmodSync(join(folder, name), mode);
  }
  const ours = await computeOurs([{ path, kind: 'given' }], generated.target.ours);
  const theirs = computeTheirs(path, generated.target.theirs);
  const about = `${generated.target.ours}\n${generated.config}${Object.entries(generated.files)
    .map(([name, { text, mode }]) => `--- ${name} ${mode.toString(8)}\n${text}`)
    .join('')}`;
  return {
    ...judge(ours, theirs),
    isAcceptedByThem: theirs.kind === 'facts',
    isAcceptedByUs: ours.kind === 'facts',
    about,
  };
}

function computeTheirs(path: string, destination: readonly string[]): Outcome {
  const hops: Facts[] = [];
  let args: readonly string[] | undefined = destination;
  while (args !== undefined) {
    if (hops.length > 12) return { kind: 'refused', why: 'jumps without an end' };
    const printed = ssh(path, ['-G', ...args]);
    if (printed.status !== 0) return { kind: 'refused', why: printed.stderr };
    const options = readOptions(printed.stdout);
    const tried = tryIt(path, args, options.has('proxyjump'));
    if (tried.why !== undefined) return { kind: 'refused', why: tried.why };
    hops.unshift(theirFacts(options, tried.identities, tried.certificates));
    args = tried.jump;
  }
  return { kind: 'facts', hops };
}

function ssh(
  path: string,
  args: readonly string[],
  argv0?: string,
): { status: number | null; stdout: string; stderr: string } {
  return spawnSync('ssh', ['-F', path, '-o', 'BatchMode=yes', ...args], {
    encoding: 'utf8',
    env: variables,
    timeout: 20_000,
    ...(argv0 === undefined ? {} : { argv0 }),
  });
}

interface Tried {
  readonly identities: readonly string[];
  readonly certificates: readonly string[];
  readonly jump: readonly string[] | undefined;
  readonly why?: string;
}

/**
 * Lets ssh begin to log in: which keys it looks for, which `ssh -G` shows unexpanded, and the command line of the ssh that
 * it starts for a jump, which a script writes down (ssh starts what it was called itself). Nobody is connected to.
 */
function tryIt(path: string, args: readonly string[], hasJump: boolean): Tried {
  const [script, written] = [`${path}.sh`, `${path}.args`];
  rmSync(written, { force: true });
  writeFileSync(script, `#!/bin/sh\nprintf '%s\\0' "$@" > ${written}\n`, { mode: 0o755 });
  const { stderr } = ssh(
    path,
    ['-v', ...(hasJump ? [] : ['-o', 'ProxyCommand=true']), ...args, 'true'],
    script,
  );
  if (!/kex_exchange_identification|Connection closed by UNKNOWN/.test(stderr))
    return { identities: [], certificates: [], jump: undefined, why: stderr };
  const files = (kind: string): readonly string[] =>
    [...stderr.matchAll(new RegExp(`^debug1: ${kind} file (.*) type -?\\d+\r?$`, 'gm'))].map(
      ([, file = '']) => file.replaceAll('\\\\', '\\'), // as the log escapes it
    );
  const certificates = files('certificate');
  // Where none is named, each key is followed by a certificate beside it.
  const identities = files('identity').filter((_, index) => certificates.length > 0 || index % 2 === 0);
  if (!hasJump) return { identities, certificates, jump: undefined };
  const jump = existsSync(written) ? readJump(readFileSync(written, 'utf8').split('\0')) : undefined;
  return { identities, certificates, jump, ...(jump === undefined ? { why: stderr } : {}) };
}

/** Of `-l user -p port -v -J others -F file -W [host]:port jump`: what tells of the jump. */
function readJump(args: readonly string[]): readonly string[] {
  const kept: string[] = [];
  for (let at = 0; at < args.length; at += 1) {
    const [arg = '', value = ''] = args.slice(at, at + 2);
    if (arg === '-l' || arg === '-p' || arg === '-J') kept.push(arg, value);
    if (/^-[lpJFW]$/.test(arg)) at += 1;
    else if (arg !== '' && !/^-v+$/.test(arg)) kept.push(arg);
  }
  return kept;
}
