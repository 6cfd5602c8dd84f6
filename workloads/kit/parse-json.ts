/** More levels than any document of ours has, and far fewer than whoever walks a value can descend. */
export const maxJsonLevels = 128;

/** A JSON value, or `undefined` when the text is none, or too deep (JSON has no `undefined`, so nothing is confused). */
export function parseJson(text: string): unknown {
  if (isTooDeep(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch (cause) {
    if (cause instanceof SyntaxError) return undefined;
    throw cause;
  }
}

const [quote, backslash] = [0x22, 0x5c];

/** Does a JSON text have more levels than it may? Told without descending; of text that is no JSON nothing is told. */
export function isTooDeep(text: string): boolean {
  let levels = 0;
  for (let at = text.length > maxJsonLevels ? 0 : text.length; at < text.length; at += 1) {
    switch (text.charCodeAt(at)) {
      case quote:
        at = endOfString(text, at);
        break;
      case 0x5b: // [
      case 0x7b: // {
        levels += 1;
        if (levels > maxJsonLevels) return true;
        break;
      case 0x5d: // ]
      case 0x7d: // }
        levels -= 1;
        break;
    }
  }
  return false;
}

/** Where the string that begins at a quote ends: at the next one that no odd number of backslashes stands before. */
export function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let escapes = 0;
    while (text.charCodeAt(end - 1 - escapes) === backslash) escapes += 1;
    if (escapes % 2 === 0) return end;
  }
  return text.length;
}
