import type { NodeRefusal } from '../../agents/protocol/messages.ts';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import type { ErrorCode } from '../../workloads/kit/error-code.ts';

/** All that a node can say of itself. What ends a run, or is a defect of ours, only we can know. */
const nodeCodes: ReadonlySet<string> = new Set([
  'AGENT_LOST',
  'DISK_FULL',
  'LEASE_HELD',
  'PROTOCOL_MISMATCH',
  'RUN_NOT_FOUND',
] satisfies ErrorCode[]);

const isNodeCode = (code: string): code is ErrorCode => nodeCodes.has(code);

/** More than this is not for reading. */
const maxWords = 500;

/**
 * What a node refused, as that node's failure: its words are shown as its own, its code counts only when it is one that a
 * node may have, and its advice is part of its words.
 */
export function refusalOf(node: string, { code, message, hint }: NodeRefusal): AssayError {
  const said = [message, hint].filter((words) => words !== undefined && words !== '').join(' — ');
  const words = said === '' ? 'nothing' : said.slice(0, maxWords);
  return new AssayError(isNodeCode(code) ? code : 'NODE_REFUSED', `${node} says: ${words}`);
}
