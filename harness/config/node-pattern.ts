import type { Result } from '../../workloads/kit/result.ts';
import { err, ok } from '../../workloads/kit/result.ts';

/** One item of a node set: how many names it stands for, and the names, made only when asked for. */
export interface NodePattern {
  readonly count: number;
  readonly names: () => Iterable<string>;
}

interface Range {
  readonly first: number;
  readonly last: number;
  readonly step: number;
  /** Digits that every number of the range has at least: those of a first bound with leading zeros. */
  readonly width: number;
}

type Piece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'numbers'; readonly ranges: readonly Range[] };

/** `ssh://`, a user, a name of 63 characters and a port: no item that means something gives longer ones. */
const longestItem = 150;

/** Reads `r[1-2]n[01-10/2].rack`: text and brackets of numbers, of which the last counts fastest. */
export function readNodePattern(item: string): Result<NodePattern> {
  const pieces: Piece[] = [];
  let at = 0;
  for (const part of item.split(/(\[[^[\]]*\])/)) {
    const piece = readPiece(part, at);
    if (!piece.ok) return piece;
    pieces.push(piece.value);
    at += part.length;
  }
  const shortest = pieces.reduce((sum, piece) => sum + (piece.kind === 'text' ? piece.text.length : 1), 0);
  if (shortest > longestItem) return err(`expected at most ${longestItem} characters, got ${shortest}`);
  const count = pieces.reduce((product, piece) => product * countOf(piece), 1);
  return ok({ count, names: () => combine(pieces, '') });
}

function readPiece(part: string, at: number): Result<Piece> {
  const [, content] = /^\[([^[\]]*)\]$/.exec(part) ?? [];
  // Brackets around colons are those of an IPv6 address.
  if (content?.includes(':') === true) return ok({ kind: 'text', text: part });
  if (content !== undefined) return readRanges(content);
  const single = /[[\]]/.exec(part);
  return single === null
    ? ok({ kind: 'text', text: part })
    : err(
        `expected brackets in pairs and none within another, got a single \`${single[0]}\` at character ${at + single.index + 1}`,
      );
}

function readRanges(content: string): Result<Piece> {
  const ranges: Range[] = [];
  for (const part of content.split(',')) {
    const range = readRange(part.trim());
    if (!range.ok) return range;
    ranges.push(range.value);
  }
  return ok({ kind: 'numbers', ranges });
}

function readRange(text: string): Result<Range> {
  if (text === '') return err('expected a number or a range in brackets, got nothing');
  // More than 15 digits are not exact as a number.
  const [, first, last = first, step = '1'] =
    /^(\d{1,15})(?:-(\d{1,15})(?:\/(\d{1,15}))?)?$/.exec(text) ?? [];
  if (first === undefined || last === undefined) {
    return err(
      `expected a number or a range such as 1-4 or 10-20/2, of at most 15 digits, got \`${text.slice(0, 60)}\``,
    );
  }
  if (Number(step) === 0) return err(`expected a step of at least 1, got \`${text}\``);
  // As ClusterShell 1.9.1 has it, but for `01-100`, which can only mean one thing.
  const isMixed = isPadded(last)
    ? last.length !== first.length
    : isPadded(first) && last.length < first.length;
  if (isMixed) return err(`expected leading zeros that make both bounds equally long, got \`${text}\``);
  if (Number(last) < Number(first)) return err(`expected the smaller bound first, got \`${text}\``);
  const width = first.startsWith('0') ? first.length : 0;
  return ok({ first: Number(first), last: Number(last), step: Number(step), width });
}

const isPadded = (digits: string): boolean => digits.length > 1 && digits.startsWith('0');

const countOf = (piece: Piece): number =>
  piece.kind === 'text'
    ? 1
    : piece.ranges.reduce((sum, { first, last, step }) => sum + Math.floor((last - first) / step) + 1, 0);

function* combine([piece, ...rest]: readonly Piece[], head: string): Generator<string> {
  if (piece === undefined) yield head;
  else for (const text of textsOf(piece)) yield* combine(rest, head + text);
}

function* textsOf(piece: Piece): Generator<string> {
  if (piece.kind === 'text') yield piece.text;
  else {
    for (const { first, last, step, width } of piece.ranges) {
      for (let number = first; number <= last; number += step) yield String(number).padStart(width, '0');
    }
  }
}
