import { AssayError } from '../../../workloads/kit/assay-error.ts';

/** The refusal that an action ends with, as an operator sees it. Anything else is thrown on. */
export function refusal(action: () => unknown): { code: string; message: string; hint: string | undefined } {
  try {
    action();
  } catch (error) {
    if (error instanceof AssayError) return { code: error.code, message: error.message, hint: error.hint };
    throw error;
  }
  throw new Error('expected a refusal');
}
