import type { IdentityCallback, ParsedKey } from 'ssh2';
import ssh2 from 'ssh2';

export interface AgentSelection {
  /** Public keys in wire format that are offered first. */
  readonly preferred: readonly Buffer[];
  readonly isOnlyPreferred: boolean;
  /** Public keys that are not offered. */
  readonly except: readonly Buffer[];
}

/** The agent at `socket`, showing its keys in the order in which they shall be offered. */
export const createSelectedAgent = (socket: string, selection: AgentSelection): ssh2.BaseAgent =>
  new SelectedAgent(socket, selection);

// A subclass, because ssh2 takes as an agent only what inherits from its class.
class SelectedAgent extends ssh2.OpenSSHAgent {
  readonly #selection: AgentSelection;

  constructor(socket: string, selection: AgentSelection) {
    super(socket);
    this.#selection = selection;
  }

  override getIdentities(callback: IdentityCallback<ParsedKey>): void {
    super.getIdentities((error, keys) => {
      if (error !== undefined && error !== null) {
        callback(error);
        return;
      }
      callback(undefined, selectKeys((keys ?? []) as readonly ParsedKey[], this.#selection));
    });
  }
}

function selectKeys(keys: readonly ParsedKey[], selection: AgentSelection): ParsedKey[] {
  const isIn = (list: readonly Buffer[], key: ParsedKey): boolean =>
    list.some((candidate) => candidate.equals(key.getPublicSSH()));
  const offered = keys.filter((key) => !isIn(selection.except, key));
  const preferred = offered.filter((key) => isIn(selection.preferred, key));
  return selection.isOnlyPreferred
    ? preferred
    : [...preferred, ...offered.filter((key) => !preferred.includes(key))];
}
