/** How many there are of something: `1 node`, `2 nodes`. */
export const formatCount = (count: number, word: string): string =>
  `${count} ${word}${count === 1 ? '' : 's'}`;
