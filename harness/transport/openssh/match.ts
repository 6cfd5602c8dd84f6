import type { Result } from '../../../workloads/kit/result.ts';
import { err, ok } from '../../../workloads/kit/result.ts';
import type { Pass } from './compute-options.ts';
import { expand } from './expand.ts';
import { lowerCase, matchesHostList, matchesPatternList } from './pattern.ts';
import { refuse, refuseSetting } from './refusals.ts';
import { takeWord } from './words.ts';

type Kind = 'all' | 'canonical' | 'final' | 'host' | 'originalhost' | 'user' | 'localuser' | 'exec';

/** One condition of a Match line. */
export interface Criterion {
  readonly kind: Kind;
  readonly isNegated: boolean;
  readonly argument: string;
}

const kinds: readonly string[] = ['canonical', 'final', 'host', 'originalhost', 'user', 'localuser', 'exec'];

const laterKinds: readonly string[] = ['tagged', 'localnetwork', 'version', 'sessiontype', 'command'];

/** Reads the conditions of a Match line (readconf.c: match_cfg_line). */
export function readCriteria(text: string): Result<readonly Criterion[]> {
  const criteria: Criterion[] = [];
  let { word, rest } = takeWord(text);
  for (; word !== undefined && word !== ''; { word, rest } = takeWord(rest)) {
    if (word.startsWith('#')) return criteria.length === 0 ? err('expected criteria') : ok(criteria);
    const isNegated = word.startsWith('!');
    const name = lowerCase(isNegated ? word.slice(1) : word);
    if (name === 'all') {
      const next = takeWord(rest);
      const isLast = next.word === undefined || next.word === '' || next.word.startsWith('#');
      if (criteria.length > 1 || !isLast) return err('expected `all` alone');
      return ok([...criteria, { kind: 'all', isNegated, argument: '' }]);
    }
    if (laterKinds.includes(name))
      refuse('Match tagged', `ssh_config: expected other criteria than \`Match ${name}\``);
    if (!kinds.includes(name)) return err(`expected criteria that OpenSSH has, found \`${name}\``);
    const kind = name as Kind; // it is one of them
    if (kind === 'canonical' || kind === 'final') {
      criteria.push({ kind, isNegated, argument: '' });
      continue;
    }
    const argument = takeWord(rest);
    if (argument.word === undefined || argument.word === '' || argument.word.startsWith('#'))
      return err(`expected something behind \`${name}\``);
    if (kind === 'exec' && /%(?![CLdhiklnpru])/.test(argument.word.replaceAll('%%', '')))
      return err(`expected tokens that exist, found \`${argument.word}\``);
    criteria.push({ kind, isNegated, argument: argument.word });
    rest = argument.rest;
  }
  if (rest !== undefined && rest !== '') return err('expected nothing more at the end of the line');
  return criteria.length === 0 ? err('expected criteria') : ok(criteria);
}

/** Whether all criteria match. `exec` is never run: it is refused where its answer would decide. */
export function matchesCriteria(criteria: readonly Criterion[], pass: Pass, isNever: boolean): boolean {
  if (criteria.some(({ kind }) => kind === 'final') && !pass.isFinal) pass.wantsFinal = true;
  const isMatching = criteria
    .filter(({ kind }) => kind !== 'exec')
    .every((criterion) => matches(criterion, pass) !== criterion.isNegated);
  const command = criteria.find(({ kind }) => kind === 'exec');
  if (isMatching && !isNever && command !== undefined)
    refuseSetting('Match exec', pass.query.host, `Match exec ${command.argument}`);
  return isMatching;
}

function matches({ kind, argument }: Criterion, pass: Pass): boolean {
  const { query, options, isFinal } = pass;
  switch (kind) {
    case 'all':
    case 'exec':
      return true;
    case 'canonical':
    case 'final':
      return isFinal;
    case 'host':
      return matchesHostList(effectiveName(pass), argument);
    case 'originalhost':
      return matchesHostList(query.host, argument);
    case 'user':
      return matchesPatternList(options.get('user')?.[0] ?? query.localUser, argument);
    case 'localuser':
      return matchesPatternList(query.localUser, argument);
  }
}

/** HostName so far, or the name as typed. */
export const effectiveName = ({ query, options }: Pass): string =>
  expand(options.get('hostname')?.[0] ?? '%h', { h: query.host });
