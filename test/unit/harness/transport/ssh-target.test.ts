import { describe, expect, it } from 'vitest';
import { readSshTarget } from '../../../../harness/transport/ssh-target.ts';

describe('readSshTarget', () => {
  it.each([
    ['gpu1', { host: 'gpu1' }],
    ['me@gpu1', { user: 'me', host: 'gpu1' }],
    ['me@gpu1.hall:2222', { user: 'me', host: 'gpu1.hall', port: 2222 }],
    ['ssh://me@gpu1:2222/', { user: 'me', host: 'gpu1', port: 2222 }],
    ['[fe80::1%eth0]:22', { host: 'fe80::1%eth0', port: 22 }],
    ['me@[::1]', { user: 'me', host: '::1' }],
  ])('%s', (text, expected) => {
    expect(readSshTarget(text)).toEqual({ user: undefined, port: undefined, ...expected });
  });

  it.each([
    '',
    '-oProxyCommand=x',
    'gpu1:0',
    'gpu1:70000',
    'gpu1:x',
    'a b',
    '::1',
    'me@',
    'a@b@c',
    'gpu1/x',
  ])('refuses `%s`', (text) => {
    expect(() => readSshTarget(text)).toThrow('expected [user@]host[:port]');
  });
});
