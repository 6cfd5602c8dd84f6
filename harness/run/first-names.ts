/**
 * The first name in the inventory of every machine that has several, by its other names. `met` has by a name the one whose
 * keeper it met.
 */
export function firstNames(
  inOrder: readonly string[],
  met: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  const machines = new Map<string, ReadonlySet<string>>();
  const machineOf = (name: string): ReadonlySet<string> => machines.get(name) ?? new Set([name]);
  for (const [name, holder] of met) {
    const one = new Set([...machineOf(name), ...machineOf(holder)]);
    for (const each of one) machines.set(each, one);
  }
  return new Map(
    [...new Set(machines.values())].flatMap((one) => {
      const [first = '', ...others] = inOrder.filter((name) => one.has(name));
      return others.map((other) => [other, first] as const);
    }),
  );
}
