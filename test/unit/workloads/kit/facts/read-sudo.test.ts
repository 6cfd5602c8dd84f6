import { expect, it } from 'vitest';
import { isAllowed, readSudoListing } from '../../../../../workloads/kit/facts/read-sudo.ts';

const words = ['/usr/bin/ipmitool', 'fru', 'print'];
const listing = (...rules: readonly string[]): string =>
  [
    'Matching Defaults entries for a on b:',
    '    env_reset',
    '',
    'User a may run the following commands on b:',
    ...rules.map((rule) => `    ${rule}`),
  ].join('\n');

it.each([
  ['all', listing('(ALL : ALL) NOPASSWD: ALL')],
  ['the words', listing('(root) PASSWD: ALL', '(root) NOPASSWD: /usr/bin/ipmitool fru print')],
  ['the words behind others', listing('(root) NOPASSWD: /usr/bin/true,', '    /usr/bin/ipmitool fru print')],
  ['their program', listing('(root) NOPASSWD: /usr/bin/ipmitool')],
])('needs no password where sudo lists %s', (_, text) => {
  expect(isAllowed(readSudoListing(text) ?? [], words)).toBe(true);
});

it.each([
  ['all with a password', listing('(ALL : ALL) ALL')],
  [
    'the words with a password',
    listing('(root) NOPASSWD: /usr/bin/true, PASSWD: /usr/bin/ipmitool fru print'),
  ],
  ['the words as somebody else', listing('(backup) NOPASSWD: ALL')],
  ['other words', listing('(root) NOPASSWD: /usr/bin/ipmitool sdr')],
  ['all but some', listing('(root) NOPASSWD: ALL, !/usr/bin/ipmitool')],
  [
    'their program with some words only',
    listing('(root) NOPASSWD: /usr/bin/ipmitool, !/usr/bin/ipmitool fru'),
  ],
  ['nothing', 'Sorry, user a may not run sudo on b.'],
  ['only the command, when asked about it alone', '/usr/bin/ipmitool fru print\n'],
])('is not used where sudo lists %s', (_, text) => {
  expect(isAllowed(readSudoListing(text) ?? [], words)).toBe(false);
});
