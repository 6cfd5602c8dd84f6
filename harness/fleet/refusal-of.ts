import type { FromAgent } from '../../agents/protocol/messages.ts';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import type { ErrorCode } from '../../workloads/kit/error-code.ts';

/** All that a node can say of itself. What ends a run, or is a defect of ours, only we can know. */
const nodeCodes: ReadonlySet<string> = new Set([
  'AGENT_LOST',
  'DISK_FULL',
  'NOT_REBOOTED',
  'PROTOCOL_MISMATCH',
  'RUN_NOT_FOUND',
] satisfies ErrorCode[]);

type Refusal = Extract<FromAgent, { type: 'refusal' }>;

const isNodeCode = (code: string): code is ErrorCode => nodeCodes.has(code);

/** More than this is not for reading. */
const maxWords = 500;

/**
 * What a node refused, as that node's failure: its words are shown as its own, its code counts only when it is one that a
 * node may have, and its advice is part of its words.
 */
export function refusalOf(node: string, { error, beacons = [] }: Refusal): AssayError {
  const { code, message, hint } = error;
  const said = [message, hint].filter((words) => words !== undefined && words !== '').join(' — ');
  const words = `${node} says: ${said === '' ? 'nothing' : said.slice(0, maxWords)}`;
  if (code === 'LEASE_HELD') return new NodeHeld(words, beacons);
  return new AssayError(isNodeCode(code) ? code : 'NODE_REFUSED', words);
}

/** Somebody is at work on a node; whoever shows one of the beacons of this run is its own keeper, under another name. */
export class NodeHeld extends AssayError {
  readonly beacons: readonly string[];

  constructor(message: string, beacons: readonly string[]) {
    super('LEASE_HELD', message);
    this.beacons = beacons;
  }
}

/** The node does not hold the run, or not any more: where all is here, that is no failure. */
export const isGone = (cause: unknown): boolean =>
  cause instanceof AssayError && cause.code === 'RUN_NOT_FOUND';
