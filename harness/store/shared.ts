/**
 * Equal values as one object. The readings of a run are many and say few things: where they stand, their dimensions,
 * what they are about. What is given out is nobody's to change.
 */
export class Shared {
  readonly #texts = new Map<string, string>();
  readonly #values = new Map<string, unknown>();

  text(text: string): string {
    const known = this.#texts.get(text);
    if (known !== undefined) return known;
    this.#texts.set(text, text);
    return text;
  }

  /** A JSON value, its keys in the order in which it has them. */
  value<T extends object>(value: T): T {
    const key = JSON.stringify(value);
    const known = this.#values.get(key);
    if (known !== undefined) return known as T; // its text is the same
    this.#values.set(key, value);
    return value;
  }
}
