import { AssayError } from '../../../workloads/kit/assay-error.ts';
import { canonicalAddress } from './address.ts';
import type { ConfigFile, ConfigLine } from './config-file.ts';
import type { Variables } from './expand.ts';
import { findVariable } from './expand.ts';
import { readHostAndPort } from './host-and-port.ts';
import type { Argument } from './keywords.ts';
import { findKeyword } from './keywords.ts';
import { effectiveName, matchesCriteria, readCriteria } from './match.ts';
import { lowerCase, matchesPattern, matchesPatternList } from './pattern.ts';
import type { Services } from './values.ts';
import { readPort } from './values.ts';

/** The host that options are computed for, and what they depend on besides. */
export interface Query {
  /** As typed. */
  readonly host: string;
  /** From the command line, before which no file counts. */
  readonly user: string | undefined;
  readonly port: number | undefined;
  readonly jumps: readonly string[] | undefined;
  readonly localUser: string;
  readonly variables: Variables;
  readonly services: Services;
}

/** Options by lower-case keyword. The first value wins; only files of identities and certificates add up. */
export type Options = ReadonlyMap<string, readonly string[]>;

/** What is said about a host, and what it is called in the end (ssh.c: main). */
export interface Computed {
  readonly options: Options;
  readonly host: string;
}

/** Computes what ssh_config files say about a host, the user's before the system's. */
export function computeOptions(files: readonly ConfigFile[], query: Query): Computed {
  const options = new Map<string, readonly string[]>();
  if (query.user !== undefined) options.set('user', [query.user]);
  if (query.port !== undefined) options.set('port', [String(query.port)]);
  if (query.jumps !== undefined) options.set('proxyjump', query.jumps).set('proxycommand', ['none']);
  const pass: Pass = { query, options, host: query.host, isFinal: false, wantsFinal: false };
  for (const file of files) apply(file, pass, { isActive: true, isNever: false });
  const named = effectiveName(pass);
  const host =
    canonicalAddress(named, options.get('addressfamily')?.[0]) ??
    (isAddressLike(named) ? named : lowerCase(named));
  // `Match final` asks for a second pass, in which earlier values keep their place and Host means the new name.
  if (pass.wantsFinal) {
    options.set('hostname', [host.replaceAll('%', '%%')]);
    const again: Pass = { ...pass, host, isFinal: true };
    for (const file of files) apply(file, again, { isActive: true, isNever: false });
  }
  return { options, host };
}

/** One reading of the files. */
export interface Pass {
  readonly query: Query;
  readonly options: Map<string, readonly string[]>;
  /** What Host compares with. */
  readonly host: string;
  readonly isFinal: boolean;
  wantsFinal: boolean;
}

/** ssh.c: is_addr_fast. */
const isAddressLike = (name: string): boolean => /[%:]/.test(name) || /^[0-9.]*$/.test(name);

/** Where the reading stands: in a section that applies, and in a file that is read for its mistakes only. */
interface Scope {
  isActive: boolean;
  readonly isNever: boolean;
}

const cumulative = new Set(['identityfile', 'certificatefile']);

function apply(file: ConfigFile, pass: Pass, scope: Scope): void {
  for (const line of file.lines) {
    const problem = applyLine(line, pass, scope);
    if (problem !== undefined)
      throw new AssayError('CONFIG_INVALID', `${file.path}:${line.number}: \`${line.keyword}\`: ${problem}`, {
        hint: 'Correct the line.',
      });
  }
}

/** Takes a line in, or says what is wrong with it: in sections too that do not apply (readconf.c). */
function applyLine(line: ConfigLine, pass: Pass, scope: Scope): string | undefined {
  if (!line.words.ok) return line.words.error;
  const argument = { words: line.words.value, rest: line.rest };
  const known = findKeyword(line.keyword);
  const { options, query } = pass;
  if (known === undefined)
    return matchesPatternList(line.keyword, lowerCase(options.get('ignoreunknown')?.[0] ?? ''))
      ? undefined
      : 'expected a keyword of ssh_config (IgnoreUnknown names others)';
  const { keyword } = known;
  switch (keyword) {
    case 'host':
      return applyHost(argument, pass, scope);
    case 'match': {
      const criteria = readCriteria(line.rest);
      if (!criteria.ok) return criteria.error;
      const isMatching = matchesCriteria(criteria.value, pass, scope.isNever);
      scope.isActive = isMatching && !scope.isNever;
      return undefined;
    }
    case 'include':
      for (const file of line.included)
        apply(file, pass, { isActive: scope.isActive, isNever: scope.isNever || !scope.isActive });
      return undefined;
    case 'proxyjump':
      return applyJump(argument.rest, pass, scope);
    default: {
      const read = known.read(argument);
      if (!read.ok) return read.error;
      const [first = ''] = read.value;
      if (keyword === 'port' && readPort(first, query.services) === undefined)
        return `expected a port, found \`${first}\``;
      if ((keyword === 'identityagent' || keyword === 'forwardagent') && !isAgent(first, query.variables))
        return `expected a variable that is set, found \`${first}\``;
      if (!scope.isActive || read.value.length === 0) return undefined;
      const before = options.get(keyword);
      if (before === undefined) options.set(keyword, read.value);
      else if (cumulative.has(keyword) && !before.includes(first)) options.set(keyword, [...before, first]);
      return undefined;
    }
  }
}

function applyHost({ words }: Argument, { host }: Pass, scope: Scope): string | undefined {
  scope.isActive = false;
  for (const word of words) {
    if (word === '') return 'expected a pattern, found an empty one';
    if (scope.isNever) return undefined;
    const isNegated = word.startsWith('!');
    if (!matchesPattern(host, isNegated ? word.slice(1) : word)) continue;
    scope.isActive = !isNegated;
    if (isNegated) return undefined;
  }
  return undefined;
}

/** The rest of the line, up to a `#`, without quotes; whichever of ProxyJump and ProxyCommand comes first counts. */
function applyJump(rest: string, { options, query }: Pass, scope: Scope): string | undefined {
  const written = rest.replace(/^[ \t\r\n=]+/, '');
  if (lowerCase(written) === 'none') {
    // An empty list is a jump over nobody, which a ProxyCommand behind it may still replace.
    if (scope.isActive && !options.has('proxyjump')) options.set('proxyjump', []);
    return undefined;
  }
  const jumps = written
    .replace(/#.*/s, '')
    .replace(/[ \t\r\n]+$/, '')
    .split(',');
  for (const jump of jumps) {
    const read = readHostAndPort(jump, query.services);
    if (!read.ok) return read.error;
  }
  if (scope.isActive && !options.has('proxyjump') && !options.has('proxycommand')) {
    options.set('proxyjump', jumps);
    options.set('proxycommand', ['none']);
  }
  return undefined;
}

/** readconf.c: parse_agent_path. A variable must be set, also in a section that does not apply. */
function isAgent(text: string, variables: Variables): boolean {
  const isLegacy = text.startsWith('$') && !text.startsWith('${');
  const names = [...text.matchAll(/\$\{([^}]*)(\}?)/g)];
  return (
    (!isLegacy || /^\$\w+$/.test(text)) &&
    names.every(
      ([, name = '', end]) => end !== '' && name !== '' && findVariable(variables, name) !== undefined,
    )
  );
}
