import { XMLParser } from 'fast-xml-parser';
import type { Result } from '../result.ts';
import { err, ok } from '../result.ts';

export type Element = Readonly<Record<string, unknown>>;
export const isElement = (node: unknown): node is Element =>
  typeof node === 'object' && node !== null && !Array.isArray(node);

const [rootStart, rootEnd] = ['<nvidia_smi_log', '</nvidia_smi_log>'];

/** From the root's first tag to its last; by hand, since a pattern would look for the end from every beginning. */
export function wholeDocument(text: string): string | undefined {
  const [start, end] = [text.indexOf(rootStart), text.lastIndexOf(rootEnd)];
  return start === -1 || end < start ? undefined : text.slice(start, end + rootEnd.length);
}

/** A text without all that stands between two tags, as far as there is an end. */
function withoutAll(text: string, start: string, end: string): string {
  let kept = '';
  let at = 0;
  for (let from = text.indexOf(start); from !== -1; from = text.indexOf(start, at)) {
    const to = text.indexOf(end, from);
    if (to === -1) break;
    kept += text.slice(at, from);
    at = to + end.length;
  }
  return kept + text.slice(at);
}

/** A document as elements by name, attributes with `@` in front; anything but well-formed XML is an error. */
export function parseXml(text: string): Result<Element> {
  // Drivers of 2023 leave an end tag too many among the clocks that can be chosen, which nobody reads here.
  const document = withoutAll(text, '<supported_clocks>', '</supported_clocks>');
  const stray = strayTag(document);
  if (stray !== undefined) return err(`nvidia-smi -q -x: expected XML, got \`${stray}\` out of place`);
  try {
    const parser = new XMLParser({
      ignoreAttributes: false,
      attributeNamePrefix: '@',
      parseTagValue: false,
      processEntities: false,
    });
    const parsed: unknown = parser.parse(document);
    return isElement(parsed) ? ok(parsed) : err('nvidia-smi -q -x: expected XML');
  } catch {
    // The parser throws for what is no XML, in words of its own.
    return err('nvidia-smi -q -x: expected XML');
  }
}

/** A tag that ends no element that is open: what follows would be read as another GPU's, or as nobody's. */
function strayTag(document: string): string | undefined {
  const open: string[] = [];
  for (const [tag, slash, name = '', end] of document.matchAll(/<(\/?)(\w+)\b[^<>]*?(\/?)>/g)) {
    if (slash === '/' && open.pop() !== name) return tag;
    if (slash === '' && end === '') open.push(name);
  }
  return open.length === 0 ? undefined : `<${open.join('><').slice(0, 60)}>`;
}

/** One element of a name is an object, several are a list. */
export const elements = (node: unknown): Element[] => (Array.isArray(node) ? node : [node]).filter(isElement);
