/** Which rig: everything that is built for it carries both. */
export interface RigIdentity {
  readonly id: string;
  /** Absolute. */
  readonly directory: string;
}
