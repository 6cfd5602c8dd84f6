/** The known name that a typo probably meant, or `undefined` when none is near. */
export function nearestName(name: string, known: Iterable<string>): string | undefined {
  let best: { readonly name: string; readonly distance: number } | undefined;
  for (const candidate of known) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (best === undefined || distance < best.distance) best = { name: candidate, distance };
  }
  const reach = Math.max(2, Math.floor(name.length / 3));
  return best !== undefined && best.distance <= reach ? best.name : undefined;
}

/** `Did you mean \`x\`?`, or what the choice is when nothing is near and the choice is short. */
export function suggestName(name: string, known: Iterable<string>): string | undefined {
  const names = [...known];
  const nearest = nearestName(name, names);
  if (nearest !== undefined) return `Did you mean \`${nearest}\`?`;
  return names.length > 0 && names.length <= 20 ? `Known: ${names.join(', ')}.` : undefined;
}

/** Levenshtein distance: insertions, deletions and substitutions, one row at a time. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, left] of Array.from(a).entries()) {
    const next = [i + 1];
    for (const [j, right] of Array.from(b).entries()) {
      next.push(
        Math.min((row[j] ?? 0) + (left === right ? 0 : 1), (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1),
      );
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
