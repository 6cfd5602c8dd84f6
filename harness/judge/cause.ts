/** Why a cell is not met, as far as other cells have it in common: those are one defect. */
export interface Cause {
  /** What the cause lies with: a subject by its name, `suite` or `block`. */
  readonly of: string;
  readonly why:
    | 'blamed'
    | 'damaged'
    | 'drift'
    | 'faulty'
    | 'gone'
    | 'indicative'
    | 'left-out'
    | 'lost'
    | 'manifest'
    | 'no-access'
    | 'no-accelerator'
    | 'no-claim'
    | 'no-drive'
    | 'no-driver'
    | 'no-fabric'
    | 'no-facts'
    | 'no-golden'
    | 'no-manifest'
    | 'no-nic'
    | 'no-tool'
    | 'not-planned'
    | 'not-run'
    | 'one-node'
    | 'other-work'
    | 'restricted'
    | 'same-machine'
    | 'set-alike'
    | 'unchecked'
    | 'unknown-accelerators'
    | 'unknown-drives'
    | 'unknown-nics'
    | 'unreadable'
    | 'vanished'
    | 'wrong';
  /** The workload, suite entry or fact in question. */
  readonly in?: string;
}

/** The id of the defect that a cause is. */
export const nameOfCause = (cause: Cause): string =>
  [cause.of, cause.why, ...(cause.in === undefined ? [] : [cause.in])].join(':');
