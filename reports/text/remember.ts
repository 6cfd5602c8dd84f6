/** Far more texts than a report asks for again and again: names of dimensions and facts. */
const most = 1000;

/** The same function for somebody who asks for the same few texts again and again. */
export function remember<T>(make: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    const found = known.get(text);
    if (found !== undefined) return found;
    const made = make(text);
    if (known.size < most) known.set(text, made);
    return made;
  };
}
