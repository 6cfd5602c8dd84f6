import type { Registry } from '../../workloads/registry.ts';
import type { Clock } from '../clock.ts';
import type { Log } from './log.ts';
import type { NodeRun } from './run-directory.ts';

/** What a keeper is given of its machine and of its run. */
export interface KeeperSurroundings {
  readonly state: string;
  readonly directory: string;
  readonly node: NodeRun;
  /** Of the boot that this keeper runs in; another than the run's means that the node was rebooted. */
  readonly bootId: string;
  readonly bundle: string;
  readonly runtime: string;
  readonly path: string;
  /** Folder of the tool pack of the site, if there is one. */
  readonly toolpack?: string | undefined;
  readonly clock: Clock;
  readonly loadRegistry: () => Promise<Registry>;
  readonly log: Log;
  /** How long a heavy step may go on without hearing from a coordinator (dead-man). */
  readonly leashMs: number;
  /** Gives up the lease and lets the process end. */
  readonly onEnd: () => void;
}
