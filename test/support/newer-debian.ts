import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Options of apt-get with which it knows the packages of a later Debian too, at the mirror that this machine uses, and takes
 * from there only what it has nowhere else. The machine's own list of sources stays as it is. Nothing where no mirror is found.
 */
export function optionsFor(release: string, etc = '/etc/apt'): readonly string[] {
  const source = deriveSource(readSources(etc), release);
  if (source === undefined) return [];
  const folder = mkdtempSync(join(tmpdir(), 'assay-apt-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const [parts, pins, lists] = ['sources', 'preferences', 'lists'].map((name) => join(folder, name));
  if (parts === undefined || pins === undefined || lists === undefined) return [];
  if (existsSync(join(etc, 'sources.list.d')))
    cpSync(join(etc, 'sources.list.d'), parts, { recursive: true });
  else mkdirSync(parts);
  if (existsSync(join(etc, 'preferences.d'))) cpSync(join(etc, 'preferences.d'), pins, { recursive: true });
  else mkdirSync(pins);
  writeFileSync(join(parts, `assay-${release}.sources`), source);
  writeFileSync(join(pins, `assay-${release}`), `Package: *\nPin: release n=${release}\nPin-Priority: 50\n`);
  mkdirSync(join(lists, 'partial'), { recursive: true });
  // apt reads as a user of its own.
  execFileSync('chmod', ['-R', 'a+rX', folder]);
  return [
    ['Dir::Etc::SourceParts', parts],
    ['Dir::Etc::PreferencesParts', pins],
    ['Dir::State::Lists', lists],
  ].flatMap(([name = '', value = '']) => ['-o', `${name}=${value}`]);
}

function readSources(etc: string): readonly string[] {
  const folder = join(etc, 'sources.list.d');
  const names = existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];
  return [join(etc, 'sources.list'), ...names.toSorted()]
    .filter((path) => /\.(list|sources)$/.test(path) && existsSync(path))
    .map((path) => readFileSync(path, 'utf8'));
}

/** The mirror of Debian's main archive that is used here, for another release; `undefined` where there is none. */
export function deriveSource(texts: readonly string[], release: string): string | undefined {
  for (const text of texts) {
    for (const stanza of text.split(/\n\s*\n/)) {
      const [, uri] = /^URIs: *(\S+\/debian\/?)(?:\s|$)/m.exec(stanza) ?? [];
      if (uri === undefined || !/^Types:.*\bdeb\b/m.test(stanza)) continue;
      const [, signed = '/usr/share/keyrings/debian-archive-keyring.gpg'] =
        /^Signed-By: *(\S+)/m.exec(stanza) ?? [];
      return sourceOf(uri, release, signed);
    }
    const [, uri] = /^deb (?:\[[^\]]*\] )?(\S+\/debian\/?) +\S+ +.*\bmain\b/m.exec(text) ?? [];
    if (uri !== undefined) return sourceOf(uri, release, '/usr/share/keyrings/debian-archive-keyring.gpg');
  }
  return undefined;
}

const sourceOf = (uri: string, release: string, signed: string): string =>
  `Types: deb\nURIs: ${uri}\nSuites: ${release}\nComponents: main\nSigned-By: ${signed}\n`;
