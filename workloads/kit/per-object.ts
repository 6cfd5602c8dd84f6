/** What is made of an object that never changes, made once: the cells of a thousand nodes follow from few rules and limits. */
export function perObject<K extends object, V>(make: (object: K) => V): (object: K) => V {
  const known = new WeakMap<K, { readonly made: V }>();
  return (object) => {
    let found = known.get(object);
    if (found === undefined) {
      found = { made: make(object) };
      known.set(object, found);
    }
    return found.made;
  };
}
