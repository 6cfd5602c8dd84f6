/** `R2` before `R10`: runs of digits are compared as numbers, the rest by code units, the same on every machine. */
export function compareNatural(left: string, right: string): number {
  const ours = chunks(left);
  const theirs = chunks(right);
  for (const [place, mine] of ours.entries()) {
    const other = theirs[place];
    if (other === undefined) return 1;
    const order = compareChunks(mine, other);
    if (order !== 0) return order;
  }
  return ours.length - theirs.length || compareText(left, right);
}

const chunks = (text: string): readonly string[] => text.match(/\d+|\D+/g) ?? [];

function compareChunks(left: string, right: string): number {
  const isNumber = /^\d/.test(left) && /^\d/.test(right);
  if (!isNumber) return compareText(left, right);
  const [ours, theirs] = [left.replace(/^0+(?=\d)/, ''), right.replace(/^0+(?=\d)/, '')];
  return ours.length - theirs.length || compareText(ours, theirs);
}

const compareText = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0);
