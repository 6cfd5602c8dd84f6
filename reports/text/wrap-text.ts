import { displayWidth } from './display-width.ts';

/** Breaks cleaned text into lines of at most `columns`; a word that is longer than a line is cut, never kept whole. */
export function wrapText(text: string, columns: number): readonly string[] {
  const room = Math.max(columns, 2); // a wide character needs two
  const lines: string[] = [];
  let line = '';
  let width = 0;
  for (const word of text.split(' ').flatMap((each) => cutWord(each, room))) {
    const columns = displayWidth(word);
    if (line === '') {
      line = word;
      width = columns;
    } else if (width + 1 + columns <= room) {
      line += ` ${word}`;
      width += 1 + columns;
    } else {
      lines.push(line);
      line = word;
      width = columns;
    }
  }
  return line === '' && lines.length > 0 ? lines : [...lines, line];
}

function cutWord(word: string, columns: number): readonly string[] {
  if (displayWidth(word) <= columns) return [word];
  const pieces: string[] = [];
  let piece = '';
  for (const character of word) {
    if (displayWidth(piece + character) > columns) {
      pieces.push(piece);
      piece = '';
    }
    piece += character;
  }
  return [...pieces, piece];
}
