import { describe, expect, it } from 'vitest';
import { Command } from '../../../../workloads/kit/command.ts';
import { throughSudo, whyNotRoot } from '../../../../workloads/kit/privilege.ts';
import { fillFacts } from '../../../support/case.ts';

const command = (changes: object = {}) =>
  Command.parse({ id: 'ask', file: 'smartctl', args: ['-a', '/dev/sda'], timeoutMs: 1500, ...changes });
const limited = '/usr/bin/timeout -k 5 2';
const privileged = command({ privilege: 'sudo' });
const facts = (known: Readonly<Record<string, unknown>>) =>
  fillFacts({ programs: { smartctl: '/usr/sbin/smartctl' }, ...known });

describe('commands that only root may run', () => {
  it.each([
    ['root', { 'limits.isRoot': true }],
    ['who may run anything', { 'limits.passwordlessSudo': true }],
    ['who may run exactly this', { 'limits.sudoCommands': [`${limited} /usr/sbin/smartctl -a /dev/sda`] }],
  ])('are run by %s', (_, known) => {
    expect(whyNotRoot([command(), privileged], facts(known))).toBeUndefined();
  });

  it.each([
    ['nobody', {}],
    ['who may ask another drive', { 'limits.sudoCommands': [`${limited} /usr/sbin/smartctl -a /dev/sdb`] }],
    ['who may do it without an end', { 'limits.sudoCommands': ['/usr/sbin/smartctl -a /dev/sda'] }],
    [
      'who may run it with other arguments',
      { 'limits.sudoCommands': ['/usr/sbin/smartctl', '/usr/bin/timeout'] },
    ],
  ])('are not run by %s, and the reason says what is lacking', (_, known) => {
    expect(whyNotRoot([command(), privileged], facts({ 'limits.isRoot': false, ...known }))).toBe(
      'needs root for `/usr/bin/timeout -k 5 2 /usr/sbin/smartctl -a /dev/sda`, which `sudo -n` refuses: `assay nodes sudoers` prints the rule that allows it',
    );
  });

  it.each([
    '/home/x/bin/smartctl',
    '/usr/local/lib/smartctl',
    '/usr/sbin/../../tmp/smartctl',
    'smartctl',
  ])('are not run from %s, which its user may change, unless he is root', (smartctl) => {
    const known = { programs: { smartctl }, 'limits.passwordlessSudo': true };
    expect(whyNotRoot([privileged], fillFacts({ ...known, 'limits.isRoot': false }))).toContain(
      `to run as root, got \`${smartctl}\``,
    );
    expect(whyNotRoot([privileged], fillFacts({ ...known, 'limits.isRoot': true }))).toBeUndefined();
  });

  it('stand in the way of no others', () => {
    expect(whyNotRoot([command()], facts({}))).toBeUndefined();
  });

  it('go through sudo by the full name of the program, unless the agent is root', () => {
    expect(throughSudo(privileged, facts({ 'limits.isRoot': false }))).toEqual({
      ...privileged,
      file: 'sudo',
      args: ['-n', '--', '/usr/bin/timeout', '-k', '5', '2', '/usr/sbin/smartctl', '-a', '/dev/sda'],
    });
    expect(throughSudo(privileged, facts({ 'limits.isRoot': true }))).toEqual(privileged);
    expect(throughSudo(command(), facts({}))).toEqual(command());
  });
});
