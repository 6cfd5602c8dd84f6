/**
 * The first name in the inventory of every machine that has several, by its other names. `known` has what was noted of that
 * before, and `met` by a name the one whose keeper it met. Noted in this order, no record is ever about a first name that is
 * another one's itself.
 */
export function firstNames(
  inOrder: readonly string[],
  met: ReadonlyMap<string, string>,
  known: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  const machines = new Map<string, ReadonlySet<string>>();
  const machineOf = (name: string): ReadonlySet<string> => machines.get(name) ?? new Set([name]);
  for (const [name, holder] of [...known, ...met]) {
    const one = new Set([...machineOf(name), ...machineOf(holder)]);
    for (const each of one) machines.set(each, one);
  }
  const first = [...new Set(machines.values())].flatMap((one) => {
    const [name = '', ...others] = inOrder.filter((each) => one.has(each));
    return others.map((other) => [other, name] as const);
  });
  return new Map([
    ...first.filter(([other]) => known.has(other)),
    ...first.filter(([other]) => !known.has(other)),
  ]);
}
