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
  /** The node that it is about, by which the message begins. */
  readonly node: string | undefined;
  /** The message without the node. */
  readonly text: string;

  constructor(
    code: ErrorCode,
    text: string,
    options: { node?: string | undefined; hint?: string | undefined; cause?: unknown } = {},
  ) {
    super(
      options.node === undefined ? text : `${options.node}: ${text}`,
      options.cause === undefined ? undefined : { cause: options.cause },
    );
    this.name = 'AssayError';
    this.code = code;
    this.hint = options.hint;
    this.node = options.node;
    this.text = text;
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

  /** Turns whatever was thrown into an `AssayError`, once, at a boundary: a full disk is one, a file that the
   * system refuses is one, unknown things are our bug. */
  static from(cause: unknown): AssayError {
    if (cause instanceof AssayError) return cause;
    const message = cause instanceof Error ? cause.message : String(cause);
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
    if (code === 'ENOSPC' || code === 'EDQUOT') {
      return new AssayError('DISK_FULL', `expected room to write, found none: ${message}`, {
        cause,
        hint: 'Make room, then continue with: assay resume <run>',
      });
    }
    const mend = fileMends.get(code);
    if (mend !== undefined)
      return new AssayError('FILE_REFUSED', `expected to use a file, the system refused: ${message}`, {
        cause,
        hint: mend,
      });
    return new AssayError('INTERNAL', message, {
      cause,
      hint: 'This is a defect in Assay. Please report it with the run directory.',
    });
  }
}

const openMore = 'Allow more open files and repeat it: ulimit -n 4096';
const becomeAble = 'Repeat it as a user who may, or on a copy that belongs to you.';

/** What can be done where the system refuses a file that may be in order. */
const fileMends: ReadonlyMap<string, string> = new Map([
  ['EMFILE', openMore],
  ['ENFILE', openMore],
  ['EACCES', becomeAble],
  ['EPERM', becomeAble],
  ['EROFS', becomeAble],
  ['EIO', 'Copy what can still be read to another drive and repeat it there.'],
]);
