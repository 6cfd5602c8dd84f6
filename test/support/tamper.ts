import {
  appendFileSync,
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { der, derInteger, derTags } from '../../harness/evidence/der.ts';

/** Bytes that somebody may put between others: white space, what JSON has a meaning for, and none of both. */
const inserted = [0x00, 0x20, 0x0a, 0x22, 0x30, 0x7d];

/** Every bit of a text changed, every byte taken away, and six bytes put in at every place. */
export function* damagesOf(bytes: Buffer): Generator<Buffer> {
  yield* flipsOf(bytes);
  for (let at = 0; at < bytes.length; at += 1)
    yield Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1)]);
  for (let at = 0; at <= bytes.length; at += 1)
    for (const byte of inserted)
      yield Buffer.concat([bytes.subarray(0, at), Buffer.from([byte]), bytes.subarray(at)]);
}

/** Every `step`th bit changed. */
export function* flipsOf(bytes: Buffer, step = 1): Generator<Buffer> {
  for (let bit = 0; bit < 8 * bytes.length; bit += step) {
    const copy = Buffer.from(bytes);
    copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    yield copy;
  }
}

/** What somebody can do to a signed run in `run` and `run.report`, by what it is, about one of its nodes and another. */
export const directoryChanges = (
  node: string,
  other: string,
  profile: string,
): ReadonlyMap<string, (folder: string) => void> => {
  const journal = join('run/nodes', node, 'journal.ndjson');
  const pack = join('run/nodes', node, 'evidence.tar');
  const signed = join('run.report/signed', profile);
  const swap = (folder: string, one: string, two: string): void => {
    renameSync(join(folder, one), join(folder, 'aside'));
    renameSync(join(folder, two), join(folder, one));
    renameSync(join(folder, 'aside'), join(folder, two));
  };
  const text = (folder: string, path: string): string => readFileSync(join(folder, path), 'latin1');
  return new Map<string, (folder: string) => void>([
    ['a file dropped', (at) => rmSync(join(at, journal))],
    ['a node dropped', (at) => rmSync(join(at, 'run/nodes', node), { recursive: true })],
    ['a file added', (at) => writeFileSync(join(at, 'run/nodes', node, 'more.json'), '{}')],
    ['a hidden file added', (at) => writeFileSync(join(at, 'run/nodes', node, '.more'), '')],
    ['a file renamed', (at) => renameSync(join(at, pack), join(at, `${pack}.old`))],
    [
      'the case of a name changed',
      (at) => renameSync(join(at, journal), join(at, dirname(journal), 'Journal.ndjson')),
    ],
    ['evidence swapped between nodes', (at) => swap(at, `run/nodes/${node}`, `run/nodes/${other}`)],
    [
      'two steps exchanged',
      (at) => {
        const bytes = readFileSync(join(at, pack));
        const half = 512 * Math.floor(bytes.length / 1024);
        writeFileSync(join(at, pack), Buffer.concat([bytes.subarray(half), bytes.subarray(0, half)]));
      },
    ],
    [
      'a symbolic link',
      (at) => {
        renameSync(join(at, journal), join(at, 'elsewhere'));
        symlinkSync(join(at, 'elsewhere'), join(at, journal));
      },
    ],
    [
      'a hard link to another file',
      (at) => {
        rmSync(join(at, journal));
        linkSync(join(at, 'run/run.json'), join(at, journal));
      },
    ],
    ['one byte less', (at) => truncateSync(join(at, pack), readFileSync(join(at, pack)).length - 1)],
    ['a line feed more', (at) => appendFileSync(join(at, journal), '\n')],
    [
      'lines ended as on Windows',
      (at) => writeFileSync(join(at, journal), text(at, journal).replaceAll('\n', '\r\n'), 'latin1'),
    ],
    ['the manifest dropped', (at) => rmSync(join(at, signed, 'manifest.json'))],
    ['the verdict dropped', (at) => rmSync(join(at, signed, 'verdict.json'))],
    ['a file added beside the statement', (at) => writeFileSync(join(at, signed, 'note.md'), '')],
    [
      'an identity added',
      (at) => cpSync(join(at, signed, `identity/${node}.json`), join(at, signed, 'identity/n0.json')),
    ],
    [
      'identities swapped',
      (at) => {
        appendFileSync(join(at, signed, `identity/${node}.json`), ' ');
        swap(at, join(signed, `identity/${node}.json`), join(signed, `identity/${other}.json`));
      },
    ],
    [
      'statements of nodes swapped',
      (at) => {
        const signer = signerIn(join(at, signed));
        const of = (name: string): string => join(signed, 'nodes', `${name}.${signer}.sigstore.json`);
        if (existsSync(join(at, of(node)))) swap(at, of(node), of(other));
        else rmSync(join(at, signed, `report.${signer}.sigstore.json`));
      },
    ],
    [
      'a statement for a node that is none',
      (at) => {
        const signer = signerIn(join(at, signed));
        mkdirSync(join(at, signed, 'nodes'), { recursive: true });
        writeFileSync(join(at, signed, 'nodes', `n0.${signer}.sigstore.json`), '{}');
      },
    ],
    [
      'the key beside the statement dropped',
      (at) => rmSync(join(at, signed, `report.${signerIn(join(at, signed))}.pem`)),
    ],
    [
      'a space behind the key',
      (at) => appendFileSync(join(at, signed, `report.${signerIn(join(at, signed))}.pem`), '\n'),
    ],
  ]);
};

/** The name of the only signer. */
export const signerIn = (folder: string): string =>
  readdirSync(folder).flatMap((name) => /^report\.(.+)\.sigstore\.json$/.exec(name)?.[1] ?? [])[0] ?? '';

/** Order of the group of P-256. */
const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/** The other ECDSA signature that is valid for the same message: anybody can make it. */
export function twinOf(signature: Buffer): Buffer {
  const lengthR = signature[3] ?? 0;
  const s = BigInt(`0x${signature.subarray(6 + lengthR).toString('hex')}`);
  const other = Buffer.from((order - s).toString(16).padStart(64, '0'), 'hex');
  return der(derTags.sequence, signature.subarray(2, 4 + lengthR), derInteger(other));
}
