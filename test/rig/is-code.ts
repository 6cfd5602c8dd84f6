/** Whether an error of the operating system is one of these. */
export const isCode = (cause: unknown, ...codes: readonly string[]): boolean =>
  cause instanceof Error && 'code' in cause && codes.some((code) => cause.code === code);
