import * as z from 'zod';
import type { ErrorCode } from './error-code.ts';
import { errorExitCodes } from './error-code.ts';

const codes = Object.keys(errorExitCodes) as [ErrorCode, ...ErrorCode[]]; // keys of a literal are its codes

/**
 * An `AssayError` on the wire and in documents. Apart from the class, so that refusing a command line loads no
 * schema library.
 */
export const ErrorDocument = z.strictObject({
  code: z.enum(codes),
  message: z.string(),
  hint: z.string().optional(),
});
export type ErrorDocument = z.infer<typeof ErrorDocument>;
