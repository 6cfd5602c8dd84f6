import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import type { Signer } from '../evidence/private-key.ts';
import { acceptSignature, isEncrypted, readPrivateKey, signerOf } from '../evidence/private-key.ts';
import type { PublicKey } from '../evidence/public-key.ts';
import { readPublicKey } from '../evidence/public-key.ts';
import { readPrivateFile, readPublicFile } from '../store/key-file.ts';
import type { CliContext } from './command.ts';
import { readPassphrase } from './read-passphrase.ts';

/** How somebody signs, by the options of a command. */
export interface SignerOptions {
  readonly key?: string | undefined;
  readonly signer?: string | undefined;
  readonly publicKey?: string | undefined;
  readonly passphraseFd?: number | undefined;
}

const kinds = 'a key of P-256 or Ed25519';

/** Opens the key that was named, or gets ready to ask the command that has it. Throws KEY_REFUSED, USAGE. */
export async function openSigner({ environment }: CliContext, options: SignerOptions): Promise<Signer> {
  const at = (path: string): string => resolve(environment.workingDirectory, path);
  const { key, signer, publicKey, passphraseFd } = options;
  if ((key === undefined) === (signer === undefined))
    throw new AssayError('USAGE', 'expected either --key or --signer to say who signs, got both or none', {
      hint: 'Make a key with: assay keys new',
    });
  if (signer !== undefined) {
    if (publicKey === undefined)
      throw new AssayError('USAGE', 'expected --public-key with --signer, to check what it signs, got none', {
        hint: 'Give the PEM of its public key.',
      });
    return askCommand(signer, await loadPublicKey(at(publicKey)));
  }
  return openPrivateKey(at(key ?? ''), passphraseFd);
}

/** Reads the PEM of a public key. Throws KEY_REFUSED. */
export async function loadPublicKey(path: string): Promise<PublicKey> {
  const read = readPublicKey(await readPublicFile(path));
  if (read.ok) return read.value;
  throw new AssayError('KEY_REFUSED', `${path}: expected the public part of ${kinds}, found ${read.error}`, {
    hint: 'Take the .pub that `assay keys new` wrote, or: openssl pkey -pubout',
  });
}

/** Opens a private key, with its passphrase where it has one. Throws KEY_REFUSED. */
export async function openPrivateKey(path: string, passphraseFd: number | undefined): Promise<Signer> {
  const pem = await readPrivateFile(path);
  const passphrase = isEncrypted(pem)
    ? await readPassphrase(passphraseFd, { prompt: `Passphrase of ${path}: `, isNew: false })
    : undefined;
  const key = readPrivateKey(pem, passphrase);
  passphrase?.fill(0);
  const signer = key.ok ? signerOf(key.value) : key;
  if (signer.ok) return signer.value;
  throw new AssayError('KEY_REFUSED', `${path}: expected ${kinds}, found ${signer.error}`, {
    hint: 'Give the private key that `assay keys new` wrote, and its passphrase.',
  });
}

/** A signature of a hardware module over a slow line takes seconds; somebody may have to touch it. */
const patienceMs = 120_000;
/** A signature has at most 72 bytes. */
const mostBytes = 4096;

/** The command is the operator's own, run by his shell: bytes to sign on standard input, the signature on standard output. */
function askCommand(command: string, publicKey: PublicKey): Signer {
  const refuse = (found: string, cause?: unknown): AssayError =>
    new AssayError(
      'KEY_REFUSED',
      `--signer: expected a signature of ${publicKey.fingerprint}, found ${found}`,
      {
        cause,
        hint: 'It gets the bytes to sign on standard input, and prints the signature (P-256: DER) and nothing else.',
      },
    );
  return {
    publicKey,
    sign: async (message) => {
      const child = spawn('/bin/sh', ['-c', command], {
        stdio: ['pipe', 'pipe', 'inherit'],
        timeout: patienceMs,
      });
      const ended = once(child, 'close');
      // One that does not read to the end says so by what it prints.
      child.stdin.on('error', () => undefined);
      child.stdin.end(message);
      const pieces: Buffer[] = [];
      let length = 0;
      for await (const piece of child.stdout as AsyncIterable<Buffer>) {
        length += piece.length;
        if (length <= mostBytes) pieces.push(piece);
      }
      const [code, signal] = (await ended) as [number | null, string | null];
      if (code !== 0) throw refuse(`that the command ended with ${signal ?? `exit code ${code}`}`);
      if (length > mostBytes) throw refuse(`${length} bytes`);
      const signature = acceptSignature(publicKey, message, Buffer.concat(pieces));
      if (!signature.ok) throw refuse(signature.error);
      return signature.value;
    },
  };
}
