import { randomBytes } from 'node:crypto';
import type { Hello } from '../../agents/protocol/messages.ts';
import { protocolVersion } from '../../agents/protocol/version.ts';
import type { RunDirectory } from '../store/run-directory.ts';

/** The first message to a node's agent about a run. */
export const createHello = (
  run: RunDirectory,
  node: string,
  { from, mode }: { readonly from: number; readonly mode: Hello['mode'] },
): Hello => ({
  type: 'hello',
  version: protocolVersion,
  nonce: randomBytes(16).toString('hex'),
  run: run.header.id,
  node,
  head: run.headDigest,
  from,
  mode,
});
