import type { AssayError } from '../../workloads/kit/assay-error.ts';

/**
 * Is this error not one node's, so that nobody goes on? Only what we know by ourselves: the operator let go or stopped the
 * run, or our own disk is full (a node's full disk is that node's; ours has the system's error behind it). Whatever goes
 * wrong with a node, a defect of ours in reading it included, is that node's failure.
 */
export const stopsAll = ({ code, cause }: AssayError): boolean =>
  code === 'INTERRUPTED' || (code === 'DISK_FULL' && cause !== undefined);
