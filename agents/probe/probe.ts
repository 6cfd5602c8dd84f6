import type { PrivilegedProbe } from '../../workloads/kit/facts/privileged-probes.ts';

/**
 * One thing to look at, as data. Ids of files are their paths and ids of commands their command lines, so that
 * a saved probe document says by itself where each text came from.
 */
export type Probe =
  | { readonly kind: 'file'; readonly id: string }
  /** Opens a file for reading and closes it again: whether we may, not what is in it. */
  | { readonly kind: 'access'; readonly id: string; readonly path: string }
  /** Many small sysfs files as one JSON object from path to text; `*` stands for one path segment. */
  | { readonly kind: 'tree'; readonly id: string; readonly patterns: readonly string[] }
  | {
      readonly kind: 'command';
      readonly id: string;
      readonly file: string;
      readonly args: readonly string[];
      readonly timeoutMs?: number;
    }
  /** What only root may ask. */
  | { readonly kind: 'privileged'; readonly id: string; readonly probe: PrivilegedProbe }
  | { readonly kind: 'file-system'; readonly id: string; readonly path: string }
  /** The tool pack of the site: where it lies, and what it says of itself. */
  | { readonly kind: 'toolpack'; readonly id: string; readonly folder: string }
  /** Which Xids the kernel's log has. */
  | { readonly kind: 'xids'; readonly id: string; readonly path: string }
  | { readonly kind: 'cgroup'; readonly id: string }
  | { readonly kind: 'processes'; readonly id: string }
  /** What is left of mining, by names alone. */
  | { readonly kind: 'residue'; readonly id: string }
  | { readonly kind: 'addresses'; readonly id: string }
  /** What ethtool says of each network interface that has a device. */
  | { readonly kind: 'interfaces'; readonly id: string }
  /** The configuration space of each PCI bridge, as far as we may read it. */
  | { readonly kind: 'bridges'; readonly id: string }
  /** What is at work on the machine for so long. */
  | { readonly kind: 'watch'; readonly id: string; readonly forMs: number }
  | { readonly kind: 'programs'; readonly id: string; readonly names: readonly string[] }
  | {
      readonly kind: 'files';
      readonly id: string;
      readonly names: readonly string[];
      readonly roots: readonly string[];
      /** Also the file that each leads to: its name has the version of a library. */
      readonly withFiles?: boolean;
    };
