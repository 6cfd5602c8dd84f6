/** Exit codes of the command line (docs/errors.md). `certify` and `judge` use 0, 1 and 2 for verdicts. */
export const exitCodes = {
  pass: 0,
  fail: 1,
  undecided: 2,
  infrastructure: 3,
  evidence: 4,
  usage: 64,
  internal: 70,
  interrupted: 130,
} as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** The exit code that a document states; a number that is none of ours is our defect. */
export const asExitCode = (stated: number): ExitCode =>
  Object.values(exitCodes).find((code) => code === stated) ?? exitCodes.internal;

/** Every refusal and failure that Assay reports, with the exit code it causes. Codes are never reused. */
export const errorExitCodes = {
  CONFIG_INVALID: exitCodes.usage,
  USAGE: exitCodes.usage,
  LIMIT_REFUSED: exitCodes.usage,
  RUN_NOT_FOUND: exitCodes.usage,
  RUN_EXISTS: exitCodes.usage,
  RUN_RECEIVED: exitCodes.usage,
  COMPARISON_REFUSED: exitCodes.usage,
  HISTORY_UNUSABLE: exitCodes.usage,
  CELL_NOT_FOUND: exitCodes.usage,
  TOOL_UNKNOWN: exitCodes.usage,
  PRIVILEGE_MISSING: exitCodes.usage,
  KEY_REFUSED: exitCodes.usage,
  NODE_OCCUPIED: exitCodes.usage,
  HOLD_MISSING: exitCodes.usage,
  POWER_LIMIT: exitCodes.usage,
  COOLING_UNWATCHED: exitCodes.usage,
  FACILITY_UNREADABLE: exitCodes.usage,
  FACILITY_TROUBLE: exitCodes.infrastructure,
  INSTALL_FAILED: exitCodes.infrastructure,
  HOST_UNREACHABLE: exitCodes.infrastructure,
  HOST_KEY_UNKNOWN: exitCodes.infrastructure,
  HOST_KEY_CHANGED: exitCodes.infrastructure,
  AUTH_FAILED: exitCodes.infrastructure,
  STATE_DIRECTORY_UNUSABLE: exitCodes.infrastructure,
  TOOLPACK_MISSING: exitCodes.infrastructure,
  TOOLPACK_DAMAGED: exitCodes.infrastructure,
  RUNTIME_UNSUPPORTED: exitCodes.infrastructure,
  PROTOCOL_MISMATCH: exitCodes.infrastructure,
  LEASE_HELD: exitCodes.infrastructure,
  AGENT_LOST: exitCodes.infrastructure,
  LEDGER_UNUSABLE: exitCodes.infrastructure,
  DISK_FULL: exitCodes.infrastructure,
  FILE_REFUSED: exitCodes.infrastructure,
  NODE_REFUSED: exitCodes.infrastructure,
  NODE_SILENT: exitCodes.infrastructure,
  NODE_FLOODS: exitCodes.infrastructure,
  NOT_ASKED: exitCodes.infrastructure,
  NOT_TOLD: exitCodes.infrastructure,
  NODE_STOPPED: exitCodes.infrastructure,
  NOT_REBOOTED: exitCodes.infrastructure,
  EVIDENCE_DAMAGED: exitCodes.evidence,
  SCHEMA_TOO_NEW: exitCodes.evidence,
  SIGNATURE_INVALID: exitCodes.evidence,
  SIGNER_UNTRUSTED: exitCodes.evidence,
  NOT_REPRODUCED: exitCodes.evidence,
  NOT_IN_FORCE: exitCodes.evidence,
  INTERRUPTED: exitCodes.interrupted,
  INTERNAL: exitCodes.internal,
} as const satisfies Record<string, ExitCode>;

export type ErrorCode = keyof typeof errorExitCodes;
