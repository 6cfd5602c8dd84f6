import type { Grammar } from './config-options.ts';
import { hosts, others, patterns, users, weighted } from './config-options.ts';
import type { Choices } from './random.ts';

/** What is typed, for us and for ssh. */
export interface GeneratedTarget {
  readonly ours: string;
  readonly theirs: readonly string[];
}

export interface GeneratedConfig {
  readonly config: string;
  /** Files that are included, by their names in `folder`; with their modes. */
  readonly files: Readonly<Record<string, { readonly text: string; readonly mode: number }>>;
  readonly target: GeneratedTarget;
}

/** A value as a person may write it: words, quoted one way or the other, escaped, with a comment behind it. */
function write(value: string, choices: Grammar): string {
  const { is, among } = choices;
  const words = value.split('\0').map((word) => {
    if (word === '') return '""';
    const needsQuotes = /[ \t]/.test(word);
    if (needsQuotes ? is(0.3) && !word.includes('"') : is(0.03))
      return word.replaceAll('\\', '\\\\').replaceAll(' ', '\\ ').replaceAll("'", "\\'");
    if (!needsQuotes && !is(0.15)) return is(0.9) ? word.replaceAll("'", "\\'") : word;
    const quote = among(['"', "'"] as const);
    return is(0.97) || needsQuotes
      ? `${quote}${word.replaceAll(quote, `\\${quote}`)}${quote}`
      : `${word.slice(0, 1)}${quote}${word.slice(1)}${quote}`;
  });
  const comment = is(0.1) ? among([' # note', " #it's", '\t# "rack" 3', '#glued', ' # a=b'] as const) : '';
  return `${words.join(is(0.9) ? ' ' : among(['  ', '\t'] as const))}${comment}`;
}

function line(keyword: string, value: string, choices: Grammar): string {
  const { is, among } = choices;
  const written = is(0.1) ? among([keyword.toLowerCase(), keyword.toUpperCase()]) : keyword;
  const isRaw = keyword === 'ProxyJump' || keyword === 'ProxyCommand' || keyword === 'LocalCommand';
  const argument = isRaw ? `${value}${is(0.1) ? ' # via' : ''}` : write(value, choices);
  const separator = is(0.85) ? ' ' : among(['=', ' = ', '\t', '  ', ' =', '= '] as const);
  return `${among(['', '  ', '\t', '    '] as const)}${written}${separator}${argument}${is(0.05) ? among([' ', '\t', '\r', ' \f'] as const) : ''}`;
}

function option(choices: Grammar): string {
  const { is, among, isWrong } = choices;
  if (is(0.12)) {
    const [keyword, value] = among(others as [(typeof others)[number]]);
    return line(keyword, value(choices), choices);
  }
  if (is(0.03))
    return among(['', '# it\'s "old', '   ', '\t#x', '#', '"', 'UserKnownHostsFile # x'] as const);
  if (isWrong && is(0.1))
    return among(['=', 'Port', 'Port ', 'Port #', '\f', 'XFancy on', 'UseKeychain yes'] as const);
  const [, keyword, value] = among(weighted as [(typeof weighted)[number]]);
  return line(keyword, value(choices), choices);
}

function match(choices: Grammar): string {
  const { is, among, between, isWrong } = choices;
  const list = (values: readonly [string, ...string[]]): string =>
    Array.from({ length: between(1, 3) }, () => `${is(0.2) ? '!' : ''}${among(values)}`).join(',');
  const names = ['*', 'gpu*', '*.hall', '*.Hall', '10.*', ...hosts, 'node1.example'] as const;
  if (is(0.2))
    return among([
      'Match all',
      'Match final',
      'Match !final',
      'match ALL',
      'Match final all',
      'Match canonical',
    ] as const);
  const criteria = Array.from({ length: between(1, 3) }, () => {
    const not = is(0.15) ? '!' : '';
    const glue = is(0.1) ? '=' : ' ';
    const quote = is(0.1) ? '"' : '';
    const [kind, argument] = among<readonly [string, string]>([
      ['host', list(names)],
      ['originalhost', list(names)],
      ['Host', list(names)],
      ['user', list([...users, '*', 'me'])],
      ['localuser', list(['root', 'nobody', '*'])],
    ] as const);
    return `${not}${kind}${glue}${quote}${argument}${quote}`;
  });
  if (is(0.06)) criteria.push(among(['final', 'exec "true"', 'exec false'] as const));
  if (isWrong && is(0.2)) criteria.push(among(['all', 'tagged x', 'host', 'exec %z', 'user'] as const));
  return `Match${is(0.1) ? '=' : ' '}${criteria.join(' ')}${is(0.1) ? ' # note' : ''}`;
}

function section(choices: Grammar): readonly string[] {
  const { is, between } = choices;
  const head = is(0.35) ? match(choices) : line('Host', patterns(choices), choices);
  return [head, ...Array.from({ length: between(1, 4) }, () => option(choices))];
}

const block = (choices: Grammar): readonly string[] => [
  ...Array.from({ length: choices.between(0, 2) }, () => option(choices)),
  ...Array.from({ length: choices.between(0, 2) }, () => section(choices)).flat(),
];

/** The same with a few characters that have a meaning put in, taken out or doubled. */
function mutate(text: string, { between, among }: Grammar): string {
  let mutated = text;
  for (let edits = between(1, 4); edits > 0; edits -= 1) {
    const at = between(0, mutated.length);
    const put = among([
      '"',
      "'",
      '\\',
      '#',
      '=',
      ' ',
      '\t',
      ',',
      '!',
      '*',
      '\n',
      '%',
      '\\ ',
      '\0',
      '\f',
      '\r',
    ] as const);
    mutated = `${mutated.slice(0, at)}${put}${mutated.slice(at + between(0, 1))}`;
  }
  return mutated;
}

/** A configuration and a target; paths of included files begin with `folder`. */
export function generateConfig(random: Choices, folder: string): GeneratedConfig {
  const choices: Grammar = { ...random, isWrong: random.is(0.3) };
  const { is, among, between, isWrong } = choices;
  const files: Record<string, { text: string; mode: number }> = {};
  const lines = [
    ...(is(0.15) ? [`IgnoreUnknown ${among(['UseKeychain', 'x*,UseKeychain', '*'] as const)}`] : []),
    ...block(choices),
    ...Array.from({ length: between(1, 3) }, () => section(choices)).flat(),
  ];
  if (is(0.3)) {
    for (const name of ['a.conf', 'b.conf', '.hidden.conf'].slice(0, between(1, 3)))
      files[name] = {
        text: `${block(choices).join('\n')}\n`,
        mode: isWrong && is(0.2) ? among([0o666, 0o664, 0o000] as const) : 0o600,
      };
    const included = among([
      `${folder}/a.conf`,
      `${folder}/*.conf`,
      `${folder}/[ab].conf ${folder}/none*`,
      `"${folder}/?.conf"`,
      `${folder}/[!a].conf`,
      `${folder}/{a,b}.conf`,
      `${folder}/no/*`,
    ] as const);
    lines.splice(between(0, lines.length), 0, `Include ${included}`);
  }
  const user = is(0.3) ? among([...users, 'alice@corp.example'] as const) : undefined;
  const host = among([...hosts, '::1', 'fe80::1%lo', 'FE80::0:2', 'gpu1.', '1.2.3', 'a..b'] as const);
  const port = is(0.2) ? String(between(1, 65_535)) : undefined;
  const login = user === undefined ? '' : `${user}@`;
  const isUri = is(0.1) && !host.includes(':') && user !== 'be#nch' && user !== 'alice@corp.example';
  const uri = `ssh://${login}${host}${port === undefined ? '' : `:${port}`}`;
  const end = isWrong && is(0.1) ? among(['a b', '-v', 'a$b', 'a;b', 'a,b'] as const) : undefined;
  const newline = is(0.1) ? '\r\n' : '\n';
  const text = `${isWrong && is(0.05) ? '\ufeff' : ''}${lines.join(newline)}${is(0.9) ? newline : ''}`;
  return {
    config: is(0.15) ? mutate(text, choices) : text,
    files,
    target:
      end !== undefined
        ? { ours: end, theirs: ['--', end] }
        : isUri
          ? { ours: uri, theirs: [uri] }
          : {
              ours: `${login}${host.includes(':') ? `[${host}]` : host}${port === undefined ? '' : `:${port}`}`,
              theirs: [...(port === undefined ? [] : ['-p', port]), `${login}${host}`],
            },
  };
}
