import { resolve } from 'node:path';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import type { ExitCode } from '../../workloads/kit/error-code.ts';
import { exitCodes } from '../../workloads/kit/error-code.ts';
import type { PublicKey } from '../evidence/public-key.ts';
import type { CliContext } from './command.ts';
import { defineCommand } from './command.ts';
import { passphraseFd } from './options.ts';

/** `assay keys new|show|trust`: keys that reports are signed with, and whose signatures are believed. */
export const keysCommand = defineCommand({
  command: 'keys <action> <path>',
  describe:
    'Keys that reports are signed with: make a `new` one, `show` one, add one to those that you `trust` (docs/evidence.md)',
  examples: [
    ['keys new ~/.config/assay/key', 'make one; its passphrase is asked for'],
    ['keys trust theirs.pub --name "A. Installer" --role installer', 'believe what this key signs'],
  ],
  builder: (argv) =>
    argv
      .positional('action', {
        choices: ['new', 'show', 'trust'] as const,
        demandOption: true,
        describe: 'What to do',
      })
      .positional('path', {
        type: 'string',
        demandOption: true,
        describe: '`new`: file to create, and beside it <path>.pub; else a key',
      })
      .option('algorithm', {
        choices: ['ecdsa-p256', 'ed25519'] as const,
        default: 'ecdsa-p256' as const,
        describe: '`new`: what every verifier knows, or Ed25519',
      })
      .option('passphrase-fd', passphraseFd)
      .option('trust', { type: 'string', default: 'trust.yaml', describe: '`trust`: file to add the key to' })
      .option('name', { type: 'string', describe: '`trust`: whose key it is' })
      .option('role', {
        choices: ['installer', 'operator', 'customer', 'third-party', 'witness'] as const,
        describe: '`trust`: what he signs as; a witness vouches for ledgers only',
      })
      .options({ from: { type: 'string', describe: '`trust`: first day (default: today)' } })
      .option('until', { type: 'string', describe: '`trust`: last day; in the past: revoked' })
      .option('reason', { type: 'string', describe: '`trust`: why it was revoked' }),
  run: async (args, context) => {
    const path = resolve(context.environment.workingDirectory, args.path);
    switch (args.action) {
      case 'new':
        return create(path, args, context);
      case 'show':
        return show(path, args.passphraseFd, context);
      case 'trust':
        return trust(path, args, context);
    }
  },
});

async function create(
  path: string,
  args: { readonly algorithm: PublicKey['algorithm']; readonly passphraseFd?: number | undefined },
  { out }: CliContext,
): Promise<ExitCode> {
  const { generateKey, signerOf, writePrivateKey } = await import('../evidence/private-key.ts');
  const { writeKeyFile } = await import('../store/key-file.ts');
  const { readPassphrase } = await import('./read-passphrase.ts');
  const passphrase = await readPassphrase(args.passphraseFd, {
    prompt: `Passphrase for ${path}: `,
    isNew: true,
  });
  const key = generateKey(args.algorithm);
  const made = signerOf(key);
  if (!made.ok) throw new Error(made.error);
  await writeKeyFile(path, writePrivateKey(key, passphrase));
  passphrase.fill(0);
  await writeKeyFile(`${path}.pub`, made.value.publicKey.pem);
  out.write(`${describe(made.value.publicKey).join('\n')}\nprivate      ${path}\npublic       ${path}.pub\n`);
  return exitCodes.pass;
}

async function show(path: string, descriptor: number | undefined, { out }: CliContext): Promise<ExitCode> {
  out.write(`${describe(await loadEither(path, descriptor)).join('\n')}\n`);
  return exitCodes.pass;
}

/** A public key, or the public part of a private one. */
async function loadEither(path: string, descriptor: number | undefined): Promise<PublicKey> {
  const { readPublicFile } = await import('../store/key-file.ts');
  const { loadPublicKey, openPrivateKey } = await import('./signer.ts');
  const isPrivate = (await readPublicFile(path)).includes('PRIVATE KEY');
  return isPrivate ? (await openPrivateKey(path, descriptor)).publicKey : loadPublicKey(path);
}

const describe = ({ algorithm, fingerprint, ssh, pem }: PublicKey): readonly string[] => [
  `fingerprint  ${fingerprint}`,
  `algorithm    ${algorithm}`,
  `ssh          ${ssh}`,
  pem.trimEnd(),
];

async function trust(
  path: string,
  args: {
    readonly trust: string;
    readonly name?: string | undefined;
    readonly role?: string | undefined;
    readonly from?: string | undefined;
    readonly until?: string | undefined;
    readonly reason?: string | undefined;
    readonly passphraseFd?: number | undefined;
  },
  { environment, now, out }: CliContext,
): Promise<ExitCode> {
  const { existsSync } = await import('node:fs');
  const { writeWhole } = await import('../../agents/protocol/write-whole.ts');
  const { addTrustedKey } = await import('../evidence/trust-file.ts');
  const { loadSource } = await import('../config/load-source.ts');
  const { name, role } = args;
  if (name === undefined || role === undefined)
    throw new AssayError('USAGE', 'expected --name and --role to say whose key it is, got one or none', {
      hint: 'Write for example: assay keys trust installer.pub --name "Rack & Stack" --role installer',
    });
  const file = resolve(environment.workingDirectory, args.trust);
  const publicKey = await loadEither(path, args.passphraseFd);
  const source = existsSync(file) ? await loadSource(file) : undefined;
  const text = addTrustedKey({ file, text: source?.text ?? '' }, publicKey, {
    name,
    role,
    from: args.from ?? now().toISOString().slice(0, 10),
    until: args.until,
    reason: args.reason,
  });
  await writeWhole(file, text);
  out.write(`${publicKey.fingerprint} is trusted as ${role} (${name}), by ${file}\n`);
  return exitCodes.pass;
}
