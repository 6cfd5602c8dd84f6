import { AssayError } from '../../workloads/kit/assay-error.ts';

/** Whoever sent what was not wanted may not be who is meant to be there. */
export const lookAtIt = 'What it had sent before is kept. Look at that machine, and at who has it.';

/** That a node sent more than what was asked of it can give. */
export const floods = (node: string, what: string, most: number, found: number): AssayError =>
  new AssayError('NODE_FLOODS', `expected at most ${most} bytes of ${what}, found ${found}`, {
    node,
    hint: lookAtIt,
  });
