/** The longest that a timer of the runtime waits, 24.8 days: one that is given more ends at once. */
const longestMs = 2 ** 31 - 1;

/** Calls `act` once so many milliseconds from now, however many: never when they are infinite. Returns what calls it off. */
export function after(
  ms: number,
  act: () => void,
  { keepsAlive = true }: { readonly keepsAlive?: boolean } = {},
): () => void {
  let timer: NodeJS.Timeout | undefined;
  const arm = (leftMs: number): void => {
    const next = leftMs > longestMs ? () => arm(leftMs - longestMs) : act;
    timer = setTimeout(next, Math.min(leftMs, longestMs));
    if (!keepsAlive) timer.unref();
  };
  arm(ms);
  return () => clearTimeout(timer);
}
