import { randomBytes } from 'node:crypto';
import type { Transport } from '../transport/transport.ts';
import { ask, unanswered } from './ask.ts';
import { cleanLine } from './command-lines.ts';

/** Removes the agent's cache from a node; returns what was removed, in words. */
export async function cleanNode(transport: Transport, candidates: readonly string[] = []): Promise<string> {
  const nonce = randomBytes(16).toString('hex');
  const answer = await ask(transport, cleanLine({ nonce, candidates }), nonce, unanswered);
  return answer.slice('cleaned'.length).trim() || 'nothing: there was no cache';
}
