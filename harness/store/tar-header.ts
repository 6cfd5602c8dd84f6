import { fileName } from '../../workloads/kit/names.ts';

/** A tar is a row of blocks of this size: a header, then the content of its file, filled up with zeros. */
export const blockBytes = 512;

/** Where the fields that differ between headers start, and their lengths (POSIX.1-2017, pax, ustar format). */
const fields = { name: [0, 100], size: [124, 11], checksum: [148, 8], prefix: [345, 155] } as const;
const octal = (value: number, digits: number): string => value.toString(8).padStart(digits, '0');

/** The blocks that so many bytes take, in bytes. */
export const paddedBytes = (size: number): number => Math.ceil(size / blockBytes) * blockBytes;

/** The step and the file that a path in a pack, `steps/<step>/<file>`, names; `undefined` for any other path. */
export function readPackPath(path: string): { readonly step: string; readonly file: string } | undefined {
  const [top, step = '', file = '', ...more] = path.split('/');
  const fits = top === 'steps' && more.length === 0 && fileName.test(step) && fileName.test(file);
  return fits && file.length <= fields.name[1] && step.length + 6 <= fields.prefix[1]
    ? { step, file }
    : undefined;
}

/**
 * The header of a file in a pack. All but path and size is constant, so that a pack is a function of what is in it: mode
 * 0644, root, 1970-01-01, a regular file.
 */
export function createTarHeader(path: string, size: number): Buffer {
  const cut = path.lastIndexOf('/');
  const [name, prefix, digits] = [path.slice(cut + 1), path.slice(0, cut), octal(size, 11)];
  const header = Buffer.from(blank);
  header.write(name, fields.name[0], 'latin1');
  header.write(digits, fields.size[0], 'latin1');
  header.write(prefix, fields.prefix[0], 'latin1');
  const sum = blankSum + sumOf(name) + sumOf(prefix) + sumOf(digits);
  header.write(`${octal(sum, 6)}\0 `, fields.checksum[0], 'latin1');
  return header;
}

/** What the bytes of a text add to the checksum. */
function sumOf(text: string): number {
  let sum = 0;
  for (let place = 0; place < text.length; place += 1) sum += text.charCodeAt(place);
  return sum;
}

/** A header without path and size, the checksum as it is summed up: made once, as a run may have a million files. */
const blank = Buffer.alloc(blockBytes);
blank.write(`0000644\0${'0000000\0'.repeat(2)}${'\0'.repeat(12)}${octal(0, 11)}\0${' '.repeat(8)}0`, 100);
blank.write('ustar\x0000', 257);
blank.write('0000000\0'.repeat(2), 329);
const blankSum = sumOf(blank.toString('latin1'));

/** The path and size in a header; `undefined` when it is not, byte for byte, what `createTarHeader` makes of them. */
export function readPlainHeader(block: Buffer): { readonly path: string; readonly size: number } | undefined {
  const textOf = ([start, length]: readonly [number, number]): string =>
    block.toString('latin1', start, start + length).replace(/\0.*$/s, '');
  const path = `${textOf(fields.prefix)}/${textOf(fields.name)}`;
  const size = Number.parseInt(textOf(fields.size), 8);
  return size >= 0 && createTarHeader(path, size).equals(block) ? { path, size } : undefined;
}

/** The same of a file in a pack. */
export function readTarHeader(block: Buffer): { readonly path: string; readonly size: number } | undefined {
  const header = readPlainHeader(block);
  return header !== undefined && readPackPath(header.path) !== undefined ? header : undefined;
}
