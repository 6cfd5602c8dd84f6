import type { AssayError } from '../../workloads/kit/assay-error.ts';

const codes: ReadonlySet<string> = new Set(['INTERNAL', 'INTERRUPTED', 'DISK_FULL', 'SAME_MACHINE']);

/**
 * Is this error not one node's, so that nobody goes on? A defect, an interruption, a machine that is named twice, a full
 * disk: a node's full disk is that node's, one of ours has the system's error behind it.
 */
export const stopsAll = ({ code, cause }: AssayError): boolean =>
  codes.has(code) && (code !== 'DISK_FULL' || cause !== undefined);
