import type { AssayError } from '../../workloads/kit/assay-error.ts';

/**
 * True when the error ends the whole run, not one node: only what we know by ourselves. The operator let go or stopped the
 * run, or our own disk is full or refuses a file (a node's is that node's; ours has the system's error behind it). Whatever goes
 * wrong with a node, a defect of ours in reading it included, is that node's failure.
 */
export const stopsAll = ({ code, cause }: AssayError): boolean =>
  code === 'INTERRUPTED' || ((code === 'DISK_FULL' || code === 'FILE_REFUSED') && cause !== undefined);

/** That nobody was reached, or that the cooling gave way, is told by the verdict on what there is. */
export const hasVerdict = ({ code }: AssayError): boolean =>
  code === 'HOST_UNREACHABLE' || code === 'FACILITY_TROUBLE' || code === 'FACILITY_UNREADABLE';
