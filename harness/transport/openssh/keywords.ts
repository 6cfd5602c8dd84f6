import type { Result } from '../../../workloads/kit/result.ts';
import { err, ok } from '../../../workloads/kit/result.ts';
import { lowerCase } from './pattern.ts';
import { isDomain, readSeconds, readWhole } from './values.ts';

/** What stands behind a keyword: its words, and the text as it is. */
export interface Argument {
  readonly words: readonly string[];
  readonly rest: string;
}

/** Reads an argument: the values that it sets, none where it leaves the option unset, or what is wrong with it. */
type Read = (argument: Argument) => Result<readonly string[]>;

const extra = err('expected nothing more at the end of the line');

/** `from` to `to` words, none of them empty, each as `isValid` wants it. */
const words =
  (from: number, to: number, expected: string, isValid: (word: string) => boolean = () => true): Read =>
  ({ words }) => {
    if (words.length < from || words.includes('') || !words.slice(0, to).every(isValid))
      return err(`expected ${expected}`);
    return words.length > to ? extra : ok(words);
  };

const text = words(1, 1, 'a value');
const whole = words(1, 1, 'a whole number', (word) => readWhole(word) !== undefined);
const isTime = (word: string): boolean => readSeconds(word) !== undefined;

/** One of some words, upper case or lower; `true` is `yes` and `false` is `no`. */
const choice = (...choices: readonly string[]): Read => {
  const meaning = new Map(choices.map((name) => [name, name]));
  if (choices.includes('yes')) meaning.set('true', 'yes').set('false', 'no');
  return ({ words: [word = '', ...more] }) => {
    const value = meaning.get(lowerCase(word));
    if (value === undefined) return err(`expected one of ${[...meaning.keys()].join(', ')}`);
    return more.length > 0 ? extra : ok([value]);
  };
};
const flag = choice('yes', 'no');

/** `ConnectTimeout none` sets nothing: a later value still counts. */
const time: Read = (argument) =>
  argument.words[0] === 'none' && argument.words.length === 1
    ? ok([])
    : words(1, 1, 'a time', isTime)(argument);

/** Any number of words; `none` alone. */
const list =
  (isValid: (word: string) => boolean = () => true): Read =>
  ({ words: all }) =>
    all.includes('') || (all.length > 1 && all.some((word) => lowerCase(word) === 'none'))
      ? err('expected values, or `none` alone')
      : all.every(isValid)
        ? ok(all)
        : err('expected other values');

/** The rest of the line as it is, comments and quotes included. */
const command: Read = ({ rest }) => ok([rest.replace(/^[ \t\r\n=]+/, '')]);
const anything: Read = () => ok([]);

const algorithms: Read = text;
const escape = words(
  1,
  1,
  'one character, ^ and a letter, or `none`',
  (word) => word === 'none' || word.length === 1 || /^\^[@-\u007f]$/.test(word),
);
const persist = words(
  1,
  1,
  'yes, no or a time',
  (word) => ['yes', 'no', 'true', 'false'].includes(word) || isTime(word),
);
const rekey: Read = ({ words: [size = '', interval, ...more] }) => {
  const [, digits = ''] = /^(\d+)[bkmgtpe]?$/i.exec(size) ?? [];
  const isSize =
    size === 'default' || (digits !== '' && (digits !== size || digits === '0' || +digits >= 16));
  if (!isSize || (interval !== undefined && interval !== 'none' && !isTime(interval)))
    return err('expected a number of bytes and a time');
  return more.length > 0 ? extra : ok([]);
};
const addKeys: Read = ({ words: [how = '', life, ...more] }) => {
  const isConfirmed = lowerCase(how) === 'confirm' && life !== undefined && isTime(life);
  const isAlone = life === undefined && (/^(yes|no|true|false|ask|confirm)$/i.test(how) || isTime(how));
  if (!isConfirmed && !isAlone) return err('expected yes, no, ask, confirm or a time');
  return more.length > 0 ? extra : ok([]);
};
const serviceClass = (word: string): boolean =>
  /^(none|af[1-4][1-3]|cs[0-7]|ef|le|lowdelay|throughput|reliability)$/i.test(word) ||
  (/^(0x[0-9a-f]+|\d+)$/i.test(word) && Number(word) <= 255);
const cname = (word: string): boolean => /^(none|\*)$/i.test(word) || /:./.test(word);
const levels = [
  'silent',
  'quiet',
  'fatal',
  'error',
  'info',
  'verbose',
  'debug',
  'debug1',
  'debug2',
  'debug3',
];
const facilities = [
  'daemon',
  'user',
  'auth',
  'authpriv',
  ...Array.from({ length: 8 }, (_, n) => `local${n}`),
];

const table: readonly (readonly [Read, string])[] = [
  [
    flag,
    `batchmode canonicalizefallbacklocal checkhostip clearallforwardings enableescapecommandline enablesshkeysign
     exitonforwardfailure forkafterauthentication forwardx11 forwardx11trusted gatewayports gssapiauthentication
     gssapidelegatecredentials gssapikeyexchange gssapirenewalforcesrekey gssapitrustdns hashknownhosts
     hostbasedauthentication identitiesonly kbdinteractiveauthentication nohostauthenticationforlocalhost
     passwordauthentication permitlocalcommand proxyusefdpass stdinnull streamlocalbindunlink tcpkeepalive
     visualhostkey`,
  ],
  [
    text,
    `bindaddress bindinterface certificatefile controlpath gssapiclientidentity gssapiserveridentity hostkeyalias
     hostname identityfile ignoreunknown kbdinteractivedevices pkcs11provider port preferredauthentications
     revokedhostkeys securitykeyprovider user xauthlocation identityagent forwardagent`,
  ],
  [
    algorithms,
    `casignaturealgorithms ciphers gssapikexalgorithms hostbasedacceptedalgorithms hostkeyalgorithms kexalgorithms
     macs pubkeyacceptedalgorithms`,
  ],
  [time, 'connecttimeout forwardx11timeout serveraliveinterval'],
  [
    whole,
    'canonicalizemaxdots connectionattempts numberofpasswordprompts requiredrsasize serveralivecountmax',
  ],
  [command, 'knownhostscommand localcommand proxycommand remotecommand'],
  [list(), 'globalknownhostsfile userknownhostsfile logverbose'],
  [list((word) => lowerCase(word) === 'none' || isDomain(word)), 'canonicaldomains'],
  [list(cname), 'canonicalizepermittedcnames'],
  [choice('yes', 'no', 'ask'), 'updatehostkeys verifyhostkeydns'],
  [choice('yes', 'no', 'ask', 'off', 'accept-new'), 'stricthostkeychecking'],
  [choice('inet', 'inet6', 'any'), 'addressfamily'],
  [choice('yes', 'no', 'auto', 'ask', 'autoask'), 'controlmaster'],
  [choice('yes', 'no', 'ethernet', 'point-to-point'), 'tunnel'],
  [choice('yes', 'no', 'force', 'auto'), 'requesttty'],
  [choice('none', 'subsystem', 'default'), 'sessiontype'],
  [choice('yes', 'no', 'always'), 'canonicalizehostname'],
  [choice('yes', 'no', 'unbound', 'host-bound'), 'pubkeyauthentication'],
  [words(1, 1, 'yes or no', (word) => /^(yes|no)$/i.test(word)), 'compression'],
  [choice(...levels), 'loglevel'],
  [choice(...facilities), 'syslogfacility'],
  [choice('md5', 'sha1', 'sha256', 'sha384', 'sha512'), 'fingerprinthash'],
  [words(1, 1, 'an octal mode', (word) => /^\+?0*[0-7]{1,3}(?![0-7])/.test(word)), 'streamlocalbindmask'],
  [words(1, 1, 'numbers or `any`', (word) => /^(any|\d+)(:(any|\d+))?$/i.test(word)), 'tunneldevice'],
  [words(1, 2, 'a class of service', serviceClass), 'ipqos'],
  [words(0, Number.POSITIVE_INFINITY, 'names of variables', (word) => !word.includes('=')), 'sendenv'],
  [words(0, Number.POSITIVE_INFINITY, 'name=value', (word) => word.includes('=')), 'setenv'],
  [words(1, Number.POSITIVE_INFINITY, 'host:port, `any` or `none`'), 'permitremoteopen'],
  [words(2, 2, 'an address and a target'), 'localforward'],
  [words(1, 2, 'an address and a target'), 'remoteforward'],
  [words(1, 1, 'an address'), 'dynamicforward'],
  [escape, 'escapechar'],
  [persist, 'controlpersist'],
  [rekey, 'rekeylimit'],
  [addKeys, 'addkeystoagent'],
  // These have readers of their own: compute-options.ts.
  [anything, 'host match include proxyjump'],
  // Old ones, and later ones of which OpenSSH 9.2 does not know yet, that change nothing here.
  [
    anything,
    `protocol cipher fallbacktorsh globalknownhostsfile2 rhostsauthentication useblacklistedkeys userknownhostsfile2
     useroaming usersh useprivilegedport afstokenpassing kerberosauthentication kerberostgtpassing rsaauthentication
     rhostsrsaauthentication compressionlevel channeltimeout obscurekeystroketiming warnweakcrypto`,
  ],
];

/** Other names (readconf.c: keywords). */
const aliases: Readonly<Record<string, string>> = {
  challengeresponseauthentication: 'kbdinteractiveauthentication',
  skeyauthentication: 'kbdinteractiveauthentication',
  tisauthentication: 'kbdinteractiveauthentication',
  dsaauthentication: 'pubkeyauthentication',
  identityfile2: 'identityfile',
  keepalive: 'tcpkeepalive',
  hostbasedkeytypes: 'hostbasedacceptedalgorithms',
  pubkeyacceptedkeytypes: 'pubkeyacceptedalgorithms',
  smartcarddevice: 'pkcs11provider',
  protocolkeepalives: 'serveraliveinterval',
  setuptimeout: 'serveraliveinterval',
};

const readers: ReadonlyMap<string, Read> = new Map(
  table.flatMap(([read, names]) => names.split(/\s+/).map((name) => [name, read] as const)),
);

/** A keyword that OpenSSH has, by any of its names in lower case: its first name, and how its argument is read. */
export function findKeyword(written: string): { readonly keyword: string; readonly read: Read } | undefined {
  const keyword = Object.hasOwn(aliases, written) ? (aliases[written] ?? written) : written;
  const read = readers.get(keyword);
  return read === undefined ? undefined : { keyword, read };
}
