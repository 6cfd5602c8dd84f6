/** A JSON value, or `undefined` when the text is none (JSON has no `undefined`, so nothing is confused). */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    if (cause instanceof SyntaxError) return undefined;
    throw cause;
  }
}
