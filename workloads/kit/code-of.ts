/** The system's name of an error; `undefined` for what is none of the system's. */
export const codeOf = (cause: unknown): string | undefined =>
  cause instanceof Error && 'code' in cause ? String(cause.code) : undefined;
