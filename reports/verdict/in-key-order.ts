/** Items in the order of their keys, each of which is made once. */
export function inKeyOrder<T extends object>(items: readonly T[], keyOf: (item: T) => string): T[] {
  const keys = new Map(items.map((item) => [item, keyOf(item)]));
  const keyAt = (item: T): string => keys.get(item) ?? '';
  return items.toSorted((a, b) => (keyAt(a) < keyAt(b) ? -1 : keyAt(a) > keyAt(b) ? 1 : 0));
}
