import { randomBytes } from 'node:crypto';
import { ask, unanswered } from './ask.ts';
import { cleanLine } from './command-lines.ts';
import type { AgentPlace } from './start-agent.ts';

/** Removes the agent's cache from a node; returns what was removed, in words. */
export async function cleanNode({
  transport,
  deadlines,
  stateDirectories: candidates,
}: Omit<AgentPlace, 'runtime'>): Promise<string> {
  const nonce = randomBytes(16).toString('hex');
  const answer = await ask(transport, cleanLine({ nonce, candidates }), nonce, {
    ...unanswered,
    deadlines,
    question: 'clean',
  });
  return answer.slice('cleaned'.length).trim() || 'nothing: there was no cache';
}
