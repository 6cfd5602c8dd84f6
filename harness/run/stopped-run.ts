import { AssayError } from '../../workloads/kit/assay-error.ts';

/** Somebody stopped the run from elsewhere: what was measured stands, and the rest can still be done. */
export const stoppedRun = (run: string, reason = 'no reason given'): AssayError =>
  new AssayError('INTERRUPTED', `the run was stopped: ${reason}`, {
    hint: `Continue with: assay resume ${run}`,
  });
