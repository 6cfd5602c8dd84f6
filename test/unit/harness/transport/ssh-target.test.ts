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
    // An address alone, as ssh takes it.
    ['::1', { host: '::1' }],
    ['me@fe80::1%eth0', { user: 'me', host: 'fe80::1%eth0' }],
    ['alice@corp.example@gpu1', { user: 'alice@corp.example', host: 'gpu1' }],
    ['gpu1:', { host: 'gpu1' }],
    ['GPU_01.', { host: 'GPU_01.' }],
    ['ssh://a%40b;x=1@gpu1.', { user: 'a@b', host: 'gpu1' }],
    ['gpu1:ssh', { host: 'gpu1', port: 22 }],
  ])('%s', (text, expected) => {
    expect(readSshTarget(text, 'target', new Map([['ssh', 22]]))).toEqual({
      user: undefined,
      port: undefined,
      ...expected,
    });
  });

  it.each([
    '',
    '-oProxyCommand=x',
    'gpu1:0',
    'gpu1:70000',
    'gpu1:x',
    'a b',
    'me@',
    'gpu1/x',
    'gpu1/22',
    'gpu1/',
    '@gpu1',
    '[]',
    '[::1',
    '[::1]x',
    '-l@gpu1',
    'a$b',
    'gpu1,gpu2',
    'ssh://gpu1/path',
    'ssh://[::1]:22',
    'ssh://a%zz@gpu1',
  ])('refuses `%s`', (text) => {
    expect(() => readSshTarget(text)).toThrow('expected [user@]host[:port]');
  });
});
