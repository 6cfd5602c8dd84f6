/**
 * Rounds of disjoint pairs in which everybody meets somebody else every time (the circle method of tournaments): n − 1
 * rounds for an even number of nodes, n for an odd one, where each rests once. Pairs keep the order of `nodes`.
 */
export function pairRounds<T>(nodes: readonly T[]): readonly (readonly (readonly [T, T])[])[] {
  const seats: (T | undefined)[] = [...nodes];
  if (seats.length % 2 === 1) seats.push(undefined);
  const count = seats.length;
  return Array.from({ length: Math.max(0, count - 1) }, (_, round) => {
    const pairs: (readonly [T, T])[] = [];
    for (let place = 0; place < count / 2; place += 1) {
      const one = place === 0 ? 0 : ((round + place - 1) % (count - 1)) + 1;
      const other = ((round + count - 1 - place - 1) % (count - 1)) + 1;
      const [low, high] = one < other ? [one, other] : [other, one];
      const [a, b] = [seats[low], seats[high]];
      if (a !== undefined && b !== undefined) pairs.push([a, b]);
    }
    return pairs;
  });
}
