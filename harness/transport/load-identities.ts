import { stat } from 'node:fs/promises';
import { userInfo } from 'node:os';
import type { BaseAgent, ParsedKey } from 'ssh2';
import ssh2 from 'ssh2';
import { rsaBits } from './openssh/public-key.ts';
import { openFile, readAll } from './openssh/read-file.ts';
import { createSelectedAgent } from './selected-agent.ts';
import type { SshHop } from './ssh-settings.ts';

/** A way to prove who we are. */
export type Identity =
  | { readonly kind: 'key'; readonly key: ParsedKey; readonly path: string }
  | { readonly kind: 'agent'; readonly agent: BaseAgent };

export interface Identities {
  /** In the order in which they are offered. */
  readonly offered: readonly Identity[];
  /** Why others are not, for the message when none is accepted. */
  readonly notes: readonly string[];
}

/** Loads the keys that a server is offered: the named ones, those of the agent, and else those in the usual places. */
export async function loadIdentities(hop: SshHop): Promise<Identities> {
  const files = await Promise.all(
    hop.identityFiles.map((path) => loadIdentity(path, hop.knownAs.requiredRsaBits)),
  );
  const keys = files.flatMap(({ key }, at): readonly Identity[] =>
    key === undefined ? [] : [{ kind: 'key', key, path: hop.identityFiles[at] ?? '' }],
  );
  const notes = [
    ...files.flatMap(({ note }) => (note === undefined ? [] : [note])),
    ...hop.certificateFiles.map((path) => `${path} is not used: certificates are not supported`),
  ];
  if (hop.agentSocket === undefined)
    return { offered: keys, notes: [...notes, 'there is no agent (SSH_AUTH_SOCK)'] };
  const agent = createSelectedAgent(hop.agentSocket, {
    preferred: files.flatMap(({ publicKey }) => (publicKey === undefined ? [] : [publicKey])),
    isOnlyPreferred: hop.usesNamedIdentitiesOnly,
    // Every key that is offered counts against the server's MaxAuthTries: none twice.
    except: hop.areIdentitiesNamed
      ? keys.flatMap((one) => (one.kind === 'key' ? [one.key.getPublicSSH()] : []))
      : [],
  });
  const fromAgent: Identity = { kind: 'agent', agent };
  return { offered: hop.areIdentitiesNamed ? [...keys, fromAgent] : [fromAgent, ...keys], notes };
}

interface LoadedFile {
  readonly key?: ParsedKey;
  /** In wire format; also of a key that is encrypted, if its `.pub` lies beside it. */
  readonly publicKey?: Buffer;
  readonly note?: string;
}

async function loadIdentity(path: string, requiredRsaBits: number): Promise<LoadedFile> {
  const text = await readOptional(path);
  if (text === undefined) return { ...(await loadPublicKey(`${path}.pub`)), note: `${path} cannot be read` };
  // A Buffer on purpose: what is not a key comes back as an Error, it is not thrown.
  const key = ssh2.utils.parseKey(text);
  if (key instanceof Error) {
    const publicKey = await loadPublicKey(`${path}.pub`);
    return { ...publicKey, note: `${path} is encrypted or no private key (${key.message})` };
  }
  const bits = rsaBits(key.getPublicSSH());
  if (bits !== undefined && bits < requiredRsaBits)
    return { note: `${path} has ${bits} bits (RequiredRSASize ${requiredRsaBits})` };
  if (key.isPrivateKey() && (await isOpenToOthers(path)))
    return { publicKey: key.getPublicSSH(), note: `${path} can be read by others (chmod 600 ${path})` };
  // IdentityFile may name the public key of one that only an agent has.
  return key.isPrivateKey() ? { key, publicKey: key.getPublicSSH() } : { publicKey: key.getPublicSSH() };
}

/** Whether ssh ignores a private key of ours (authfile.c: sshkey_perm_ok). */
async function isOpenToOthers(path: string): Promise<boolean> {
  const { uid, mode } = await stat(path);
  return uid === userInfo().uid && (mode & 0o077) !== 0;
}

async function loadPublicKey(path: string): Promise<{ readonly publicKey?: Buffer }> {
  const text = await readOptional(path);
  const key = text === undefined ? undefined : ssh2.utils.parseKey(text);
  return key === undefined || key instanceof Error ? {} : { publicKey: key.getPublicSSH() };
}

/** No key is as long. */
const mostKeyBytes = 1024 * 1024;

/** Why OpenSSH goes on without a key: there is none, or it is not for us. */
const unreadable: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR', 'EISDIR', 'ELOOP', 'EACCES', 'EPERM']);

/** The file's bytes, or nothing where it is none for us: OpenSSH goes on without it, and so do we, with a note. */
async function readOptional(path: string): Promise<Buffer | undefined> {
  try {
    await using file = await openFile(path);
    return await readAll(file, path, mostKeyBytes);
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && unreadable.has(String(cause.code))) return undefined;
    throw cause;
  }
}
