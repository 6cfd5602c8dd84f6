import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import type { Transport } from '../transport/transport.ts';
import { ask } from './ask.ts';
import type { Bundle } from './bundle.ts';
import { cleanLine, probeLine, pushLine } from './command-lines.ts';

/** Where the agent now stands on a node, verified there. */
export interface Deployment {
  readonly state: string;
  readonly hash: string;
  readonly machine: string;
}

const unanswered = {
  expected: "an answer from the node's shell",
  hint: 'Log in by hand and see whether `sh -c true` works there.',
};

/**
 * Puts the bundle on the node, into the state directory that holds `run` if one does, unless it is there already, and
 * proves it by its hash, on the node.
 */
export async function deploy(
  transport: Transport,
  bundle: Bundle,
  candidates: readonly string[] = [],
  run?: string,
): Promise<Deployment> {
  const nonce = randomBytes(16).toString('hex');
  const line = probeLine({ nonce, hash: bundle.hash, candidates, run });
  return completeDeployment(transport, bundle, await ask(transport, line, nonce, unanswered));
}

/** What is left to do after the probe line has given this answer (without its nonce). */
export async function completeDeployment(
  transport: Transport,
  bundle: Bundle,
  answer: string,
): Promise<Deployment> {
  const [kind = '', presence = '', machine = '', ...directory] = answer.split(' ');
  if (kind !== 'state') {
    throw new AssayError(
      'STATE_DIRECTORY_UNUSABLE',
      `${transport.name}: expected a local, private, executable directory with room; found ${answer.slice(5)}`,
      {
        hint: 'Name one in the inventory (stateDir), or make /var/tmp executable for this user.',
      },
    );
  }
  const state = directory.join(' ');
  if (presence !== 'present') {
    const nonce = randomBytes(16).toString('hex');
    const pushed = await ask(
      transport,
      pushLine({ nonce, hash: bundle.hash, state }),
      nonce,
      unanswered,
      Readable.from([pack(bundle)]),
    );
    if (pushed !== 'pushed') {
      throw new AssayError('AGENT_LOST', `${transport.name}: the agent did not arrive intact (${pushed})`, {
        hint: 'Check free space in the state directory, then try again.',
      });
    }
  }
  return { state, hash: bundle.hash, machine };
}

/** Removes the agent's cache from a node; returns what was removed, in words. */
export async function cleanNode(transport: Transport, candidates: readonly string[] = []): Promise<string> {
  const nonce = randomBytes(16).toString('hex');
  const answer = await ask(transport, cleanLine({ nonce, candidates }), nonce, unanswered);
  return answer.slice('cleaned'.length).trim() || 'nothing: there was no cache';
}

/** The byte stream that pushLine unpacks. */
function pack(bundle: Bundle): Buffer {
  const files = [...bundle.files, ['manifest', Buffer.from(bundle.manifest)] as const];
  const list = files.map(([path, bytes]) => `${bytes.length} ${path}\n`).join('');
  return Buffer.concat([Buffer.from(`${list}end\n`), ...files.map(([, bytes]) => bytes)]);
}
