import type { ErrorCode, ExitCode } from './error-code.ts';
import { errorExitCodes } from './error-code.ts';
import type { ErrorDocument } from './error-document.ts';

/**
 * A refusal: what was expected, what was found and where in `message`; what to do in `hint`.
 * One class with a code, because `instanceof` does not survive a process boundary.
 */
export class AssayError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    options: { hint?: string | undefined; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'AssayError';
    this.code = code;
    this.hint = options.hint;
  }

  get exitCode(): ExitCode {
    return errorExitCodes[this.code];
  }

  toJSON(): ErrorDocument {
    return {
      code: this.code,
      message: this.message,
      ...(this.hint === undefined ? {} : { hint: this.hint }),
    };
  }

  static fromJSON(document: ErrorDocument): AssayError {
    return new AssayError(document.code, document.message, { hint: document.hint });
  }

  /** Turns whatever was thrown into an `AssayError`, once, at a boundary: a full disk is one, unknown
   * things are our bug. */
  static from(cause: unknown): AssayError {
    if (cause instanceof AssayError) return cause;
    const message = cause instanceof Error ? cause.message : String(cause);
    if (cause instanceof Error && 'code' in cause && (cause.code === 'ENOSPC' || cause.code === 'EDQUOT')) {
      return new AssayError('DISK_FULL', `expected room to write, found none: ${message}`, {
        cause,
        hint: 'Make room, then continue with: assay resume <run>',
      });
    }
    return new AssayError('INTERNAL', message, {
      cause,
      hint: 'This is a defect in Assay. Please report it with the run directory.',
    });
  }
}
