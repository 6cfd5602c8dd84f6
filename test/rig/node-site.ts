import type { Fabric } from './fabric.ts';
import type { RigIdentity } from './rig-identity.ts';

/** Where a node lives: what stays the same over its reboots. */
export interface NodeSite {
  readonly name: string;
  readonly address: string;
  readonly macAddress: string;
  /** Its files on this machine; the node sees them in the places where a machine has them. */
  readonly directory: string;
  readonly rig: RigIdentity;
  readonly fabric: Fabric;
}
