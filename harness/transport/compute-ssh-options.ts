import { AssayError } from '../../workloads/kit/assay-error.ts';
import { matchesPatterns } from './host-pattern.ts';
import type { SshStatement } from './ssh-config-file.ts';

/** The host that options are computed for. */
export interface SshQuery {
  /** As typed: what `Host` compares with. */
  readonly host: string;
  /** From the target, if it names one. */
  readonly user: string | undefined;
  readonly localUser: string;
}

/** Options by lower-case keyword. The first value wins; only files of identities and certificates add up. */
export type SshOptions = ReadonlyMap<string, readonly string[]>;

const cumulative = new Set(['identityfile', 'certificatefile']);

/**
 * Computes what ssh_config files say about a host, the user's file before the system's. Written here and not taken from
 * the parser's package, which runs `Match exec`, asks the DNS, and passes over criteria that it does not know.
 */
export function computeSshOptions(files: readonly (readonly SshStatement[])[], query: SshQuery): SshOptions {
  const options = new Map<string, readonly string[]>();
  const pass = { query, options, isFinal: false, wantsFinal: false };
  for (const statements of files) apply(statements, pass);
  // `Match final` asks for a second pass, in which earlier values keep their place.
  if (pass.wantsFinal) {
    const again = { ...pass, isFinal: true, options: new Map(options) };
    for (const statements of files) apply(statements, again);
    for (const keyword of cumulative) {
      const values = again.options.get(keyword);
      if (values !== undefined) again.options.set(keyword, [...new Set(values)]);
    }
    return again.options;
  }
  return options;
}

interface Pass {
  readonly query: SshQuery;
  readonly options: Map<string, readonly string[]>;
  readonly isFinal: boolean;
  wantsFinal: boolean;
}

function apply(statements: readonly SshStatement[], pass: Pass): void {
  for (const statement of statements) {
    switch (statement.kind) {
      case 'option': {
        const { keyword, values } = statement;
        const known = pass.options.get(keyword);
        if (known === undefined) pass.options.set(keyword, values);
        else if (cumulative.has(keyword)) pass.options.set(keyword, [...known, ...values]);
        break;
      }
      case 'include':
        apply(statement.body, pass);
        break;
      case 'host':
        if (matchesPatterns(currentHost(pass), statement.patterns)) apply(statement.body, pass);
        break;
      case 'match':
        if (matchesCriteria(statement.criteria, pass)) apply(statement.body, pass);
        break;
    }
  }
}

const hostName = ({ options, query }: Pass): string =>
  options.get('hostname')?.[0]?.replaceAll('%h', query.host) ?? query.host;

const currentHost = (pass: Pass): string => (pass.isFinal ? hostName(pass) : pass.query.host);

/** Criteria are looked at in order and only until one does not match, so that what is behind it is never an error. */
function matchesCriteria(criteria: readonly string[], pass: Pass): boolean {
  const words = [...criteria];
  while (words.length > 0) {
    const word = (words.shift() ?? '').toLowerCase();
    const isNegated = word.startsWith('!');
    const criterion = isNegated ? word.slice(1) : word;
    const isMatching = matchesCriterion(criterion, () => (words.shift() ?? '').split(','), pass);
    if (isMatching === isNegated) return false;
  }
  return true;
}

function matchesCriterion(criterion: string, takeList: () => readonly string[], pass: Pass): boolean {
  switch (criterion) {
    case 'all':
      return true;
    case 'canonical':
      return false; // names are never made canonical here
    case 'final':
      pass.wantsFinal = true;
      return pass.isFinal;
    case 'host':
      return matchesPatterns(hostName(pass), takeList());
    case 'originalhost':
      return matchesPatterns(pass.query.host, takeList());
    case 'user':
      return matchesPatterns(
        pass.query.user ?? pass.options.get('user')?.[0] ?? pass.query.localUser,
        takeList(),
      );
    case 'localuser':
      return matchesPatterns(pass.query.localUser, takeList());
    default:
      throw new AssayError(
        'CONFIG_INVALID',
        `ssh_config: expected the criteria all, final, host, originalhost, user or localuser for ${pass.query.host}, found \`Match ${criterion}\``,
        { hint: 'Write the section with Host patterns instead.' },
      );
  }
}
