import { join } from 'node:path';
import { AssayError } from '../../../workloads/kit/assay-error.ts';
import type { Result } from '../../../workloads/kit/result.ts';
import { err } from '../../../workloads/kit/result.ts';
import { expandHome } from './expand.ts';
import { expandGlob } from './glob.ts';
import { lowerCase } from './pattern.ts';
import { isOurs } from './permissions.ts';
import { openFile, readAll } from './read-file.ts';
import { refuse } from './refusals.ts';
import { splitWords, takeWord } from './words.ts';

/** An ssh_config file, and what Include names at its lines. */
export interface ConfigFile {
  readonly path: string;
  readonly lines: readonly ConfigLine[];
}

export interface ConfigLine {
  readonly number: number;
  /** In lower case. */
  readonly keyword: string;
  /** What stands behind it, as it is and as words. */
  readonly rest: string;
  readonly words: Result<readonly string[]>;
  readonly included: readonly ConfigFile[];
}

/** A file that is read when it is there: the user's own, the system's, or one given as by `ssh -F`. */
export interface ConfigSource {
  readonly path: string;
  readonly kind: 'user' | 'system' | 'given';
}

export interface Reader {
  readonly home: string;
  readonly uid: number;
  /** Throws for a file that is not to be used, one that another includes among them. */
  readonly requireOwn?: ((path: string) => Promise<void>) | undefined;
}

/** Reads a file and all that it includes (readconf.c: read_config_file). One that was given must be there. */
export async function loadConfigFile(
  { path, kind }: ConfigSource,
  reader: Reader,
): Promise<ConfigFile | undefined> {
  const file = await load(path, { ...reader, kind, isChecked: kind === 'user', depth: 0 });
  if (file === undefined && kind === 'given') throw invalid(path, 'expected a file, found none');
  return file;
}

interface Place extends Reader {
  readonly kind: ConfigSource['kind'];
  /** The user's own file and each that is included must not be writable by others. */
  readonly isChecked: boolean;
  readonly depth: number;
}

const deepest = 16; // READCONF_MAX_DEPTH

async function load(path: string, place: Place): Promise<ConfigFile | undefined> {
  if (place.depth > deepest) throw invalid(path, `expected at most ${deepest} levels of Include, found more`);
  await place.requireOwn?.(path);
  const text = await readChecked(path, place);
  if (text === undefined) return undefined;
  const lines: ConfigLine[] = [];
  // One after the other: a file that includes itself twice must not be read two to the power of 16 times.
  for (const [index, content] of text.split('\n').entries()) {
    const line = readLine(content, index + 1);
    if (line === undefined) continue;
    lines.push(line.keyword === 'include' ? { ...line, included: await include(path, line, place) } : line);
  }
  return { path, lines };
}

/** A line with a keyword (readconf.c: process_config_line). */
function readLine(content: string, number: number): ConfigLine | undefined {
  // getline knows no end but \n, and C strings end at \0; a form feed may end the line, not stand within it.
  const line = (content.split('\0', 1)[0] ?? '').replace(/(?!^)[ \t\r\n\f]+$/, '');
  let { word, rest } = takeWord(line);
  if (word === '') ({ word, rest } = takeWord(rest));
  if (word === undefined || word === '' || word.startsWith('#')) return undefined;
  const argument = rest?.replace(/^[ \t\r\n]+/, '') ?? '';
  return {
    number,
    keyword: lowerCase(word),
    rest: argument,
    words: argument === '' ? err('expected a value') : splitWords(argument),
    included: [],
  };
}

/** Relative paths are below ~/.ssh, or /etc/ssh in the system's file, wherever the file itself lies. */
async function include(path: string, line: ConfigLine, place: Place): Promise<readonly ConfigFile[]> {
  const where = `${path}:${line.number}`;
  const files: ConfigFile[] = [];
  for (const word of line.words.ok ? line.words.value : []) {
    if (word.startsWith('~') && place.kind === 'system')
      throw invalid(where, `expected a path from / or below /etc/ssh, found \`${word}\``);
    const folder = place.kind === 'system' ? '/etc/ssh' : join(place.home, '.ssh');
    const pattern = /^[/~]/.test(word) ? expandHome(word, place.home) : join(folder, word);
    if (word === '') throw invalid(where, 'expected paths, found an empty one');
    for (const found of await expandGlob(pattern)) {
      const file = await load(found, { ...place, isChecked: true, depth: place.depth + 1 });
      if (file === undefined) throw invalid(where, `expected a file at ${found}, found a link to none`);
      files.push(file);
    }
  }
  return files;
}

async function readChecked(path: string, place: Place): Promise<string | undefined> {
  const unreadable = (cause: unknown): never =>
    refuse('unreadable files', `${path}: expected a file that can be read: ${String(cause)}`);
  const file = await openFile(path).catch((cause: unknown) => {
    const isAbsent =
      cause instanceof Error && 'code' in cause && ['ENOENT', 'ENOTDIR'].includes(String(cause.code));
    return isAbsent ? undefined : unreadable(cause);
  });
  if (file === undefined) return undefined;
  try {
    const stats = await file.stat();
    if (place.isChecked && !(await isOurs(stats, place.uid)))
      throw invalid(path, 'expected that only its owner can write to it', `chmod go-w ${path}`);
    if (stats.isDirectory()) return '';
    const bytes = await readAll(file, path, mostBytes).catch((cause: unknown) => {
      if (cause instanceof AssayError) throw cause;
      return unreadable(cause);
    });
    return bytes.toString('utf8');
  } finally {
    await file.close();
  }
}

/** Nobody's ssh_config is as long. */
const mostBytes = 4 * 1024 * 1024;

const invalid = (where: string, message: string, hint = 'Correct the file.'): AssayError =>
  new AssayError('CONFIG_INVALID', `${where}: ${message}`, { hint });
