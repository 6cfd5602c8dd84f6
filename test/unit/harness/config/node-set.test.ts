import { describe, expect, it } from 'vitest';
import { expandNodeSet } from '../../../../harness/config/node-set.ts';
import { foldNodeSet } from '../../../../reports/verdict/words/fold-names.ts';

const groups = new Map([
  ['rack7', 'gpu[1-4],login7'],
  ['rack8', 'gpu[5-8]'],
  ['hall', '@rack7, @rack8 ! login7'],
  ['a', '@b'],
  ['b', 'x,@c'],
  ['c', '@a'],
  ['broken', 'gpu[5-1]'],
  ['empty', ' '],
]);
const expand = (text: string) => {
  const names = expandNodeSet(text, groups);
  return names.ok ? names.value.join(' ') : names;
};
const refusal = (text: string) => {
  const names = expandNodeSet(text, groups);
  return names.ok ? names : names.error;
};

describe('expandNodeSet', () => {
  it.each([
    ['gpu[1-3]', 'gpu1 gpu2 gpu3'],
    ['gpu[7]', 'gpu7'],
    ['gpu[08-11]', 'gpu08 gpu09 gpu10 gpu11'],
    ['gpu[098-101]', 'gpu098 gpu099 gpu100 gpu101'],
    ['gpu[99-101]', 'gpu99 gpu100 gpu101'],
    ['gpu[08-10,98-100]', 'gpu08 gpu09 gpu10 gpu98 gpu99 gpu100'],
    ['gpu[0-1]', 'gpu0 gpu1'],
    ['gpu[00-01]', 'gpu00 gpu01'],
    ['gpu[1-2,007]', 'gpu1 gpu2 gpu007'],
    ['gpu[1-4,7,10-20/2]', 'gpu1 gpu2 gpu3 gpu4 gpu7 gpu10 gpu12 gpu14 gpu16 gpu18 gpu20'],
    ['gpu[1-3/5]', 'gpu1'],
    ['r[1-2]n[1-3]', 'r1n1 r1n2 r1n3 r2n1 r2n2 r2n3'],
    ['r[1-2][8-9]', 'r18 r19 r28 r29'],
    ['gpu[1-2].rack', 'gpu1.rack gpu2.rack'],
    ['[1-2]', '1 2'],
    ['a,b[1-2]', 'a b1 b2'],
    [' a , b[1, 3-4] ', 'a b1 b3 b4'],
  ])('writes %s out', (text, names) => {
    expect(expand(text)).toBe(names);
  });

  it('writes a leading zero into numbers that are too long for it', () => {
    const names = expandNodeSet('gpu[01-100]', groups);
    expect(names.ok && [names.value[0], names.value[8], names.value[98], names.value[99]]).toEqual([
      'gpu01',
      'gpu09',
      'gpu99',
      'gpu100',
    ]);
  });

  it.each([
    ['gpu[1-9]!gpu[3-4]', 'gpu1 gpu2 gpu5 gpu6 gpu7 gpu8 gpu9'],
    ['gpu[1-4]!gpu1,gpu3', 'gpu2 gpu4'],
    ['gpu[1-4]!gpu1!gpu3', 'gpu2 gpu4'],
    ['@rack7', 'gpu1 gpu2 gpu3 gpu4 login7'],
    ['@rack7!gpu[2-4]', 'gpu1 login7'],
    ['@rack8,gpu[1-2]', 'gpu5 gpu6 gpu7 gpu8 gpu1 gpu2'],
    ['@hall', 'gpu1 gpu2 gpu3 gpu4 gpu5 gpu6 gpu7 gpu8'],
    ['@hall!@rack8', 'gpu1 gpu2 gpu3 gpu4'],
  ])('adds groups and takes away: %s', (text, names) => {
    expect(expand(text)).toBe(names);
  });

  it.each([
    'gpu1',
    'local',
    'me@gpu1',
    'me@gpu1.hall:2222',
    'ssh://me@gpu1:2222/',
    '[::1]:22',
    'me@[fe80::1%eth0]',
    'ssh://[::1]/',
    '_gateway',
    'a-name-that-is-longer.than-a-node-name-may-be.but-is.a-name-of.the-domain-name-system.example',
    '-oProxyCommand=x',
  ])('leaves %s, which is no set, to ssh', (text) => {
    expect(expand(text)).toBe(text);
  });

  it.each([
    ['user@gpu[01-02]:2222', 'user@gpu01:2222 user@gpu02:2222'],
    ['ssh://user@gpu[1-2]:22/', 'ssh://user@gpu1:22/ ssh://user@gpu2:22/'],
    ['[::1]:22,me@[fe80::1%eth0],gpu[1-2]', '[::1]:22 me@[fe80::1%eth0] gpu1 gpu2'],
    ['me@gpu[1-3]!me@gpu2', 'me@gpu1 me@gpu3'],
  ])('expands the host of an ssh target: %s', (text, names) => {
    expect(expand(text)).toBe(names);
  });

  it.each([
    ['', '``: expected a node, a set or a @group as item 1, got nothing'],
    [' ', '` `: expected a node, a set or a @group as item 1, got nothing'],
    ['a,,b', '`a,,b`: expected a node, a set or a @group as item 2, got nothing'],
    ['!a', '``: expected a node, a set or a @group as item 1, got nothing'],
    ['gpu[5-1]', '`gpu[5-1]`: expected the smaller bound first, got `5-1`'],
    ['gpu[]', '`gpu[]`: expected a number or a range in brackets, got nothing'],
    ['gpu[1,]', '`gpu[1,]`: expected a number or a range in brackets, got nothing'],
    [
      'gpu[1-4',
      '`gpu[1-4`: expected brackets in pairs and none within another, got a single `[` at character 4',
    ],
    [
      'a[1-2]b1-4]',
      '`a[1-2]b1-4]`: expected brackets in pairs and none within another, got a single `]` at character 11',
    ],
    [
      'gpu[[1-4]]',
      '`gpu[[1-4]]`: expected brackets in pairs and none within another, got a single `[` at character 4',
    ],
    [
      'gpu[1-x]',
      '`gpu[1-x]`: expected a number or a range such as 1-4 or 10-20/2, of at most 15 digits, got `1-x`',
    ],
    [
      'gpu[7/2]',
      '`gpu[7/2]`: expected a number or a range such as 1-4 or 10-20/2, of at most 15 digits, got `7/2`',
    ],
    ['gpu[1-4/0]', '`gpu[1-4/0]`: expected a step of at least 1, got `1-4/0`'],
    ['gpu[1-05]', '`gpu[1-05]`: expected leading zeros that make both bounds equally long, got `1-05`'],
    ['gpu[001-05]', '`gpu[001-05]`: expected leading zeros that make both bounds equally long, got `001-05`'],
    ['gpu[001-64]', '`gpu[001-64]`: expected leading zeros that make both bounds equally long, got `001-64`'],
    ['gpu[1-3],gpu2', '`gpu2`: expected every node once, got `gpu2` again'],
    ['gpu[1-3,2]', '`gpu[1-3,2]`: expected every node once, got `gpu2` again'],
    ['r[1-11][1-11]', '`r[1-11][1-11]`: expected every node once, got `r111` again'],
    ['@rack7,gpu4', '`gpu4`: expected every node once, got `gpu4` again'],
    [
      'gpu[1-9]!gpu12',
      '`gpu12`: expected after `!` only nodes of the set before it, got `gpu12`, which is not in it',
    ],
    [
      'gpu[1-9]!gpu3,gpu[8-10]',
      '`gpu3,gpu[8-10]`: expected after `!` only nodes of the set before it, got `gpu10`, which is not in it',
    ],
    [
      'gpu[1-9]!gpu3!gpu3',
      '`gpu3`: expected after `!` only nodes of the set before it, got `gpu3`, which is not in it',
    ],
    ['@rack8!gpu[5-8]', '`@rack8!gpu[5-8]`: expected at least one node, got none: `!` takes all away'],
    ['@rack9', '`@rack9`: expected a group that is defined, got `@rack9`. Did you mean `@rack7`?'],
    ['@a', '`@a`: `@b`: `@c`: `@a`: expected groups without a circle, got @a → @b → @c → @a'],
    ['x1,@broken', '`@broken`: `gpu[5-1]`: expected the smaller bound first, got `5-1`'],
    ['@empty', '`@empty`: ` `: expected a node, a set or a @group as item 1, got nothing'],
    [
      'gpu[1-9]&gpu[3-4]',
      '`gpu[1-9]&gpu[3-4]`: expected sets joined by `,` or taken away by `!`, got `&` at character 9: intersection is not supported',
    ],
    [
      'a^b',
      '`a^b`: expected sets joined by `,` or taken away by `!`, got `^` at character 2: symmetric difference is not supported',
    ],
  ])('refuses `%s`', (text, message) => {
    expect(refusal(text)).toBe(message);
  });

  it.each([
    'a b,c',
    'a,-oProxyCommand=x',
    'x[1-2]$',
    '_[1-2]',
    'me@@rack7,a',
    `${'n'.repeat(63)}[1-2]`,
  ])('refuses `%s`, whose names no node may have', (text) => {
    expect(refusal(text)).toMatch(/: expected \[user@\]host\[:port\] with a host of at most 63 letters/);
  });

  it('says that no group is defined where none is', () => {
    expect(expandNodeSet('@rack7', new Map())).toEqual({
      ok: false,
      error: '`@rack7`: expected a group that is defined, got `@rack7`',
    });
  });

  it.each([
    ['n[1-10001]', 10_001],
    ['n[1-999999999]', 999_999_999],
    ['n[1-999999999999999][1-999999999999999]', 999999999999998000000000000001],
    ['a,n[1-10000]', 10_001],
    ['n[1-5000,5001-10001]', 10_001],
  ])('refuses %s before a name is made', (text, count) => {
    expect(refusal(text)).toContain(`expected at most 10000 nodes, got ${count}`);
  });
  it('writes 10,000 names out', () => {
    const names = expandNodeSet('n[1-10000]', groups);
    expect(names.ok && names.value.length).toBe(10_000);
  });
  it('refuses a long text that every name would repeat, and more brackets than a name can have', () => {
    expect(refusal(`${'n'.repeat(1000)}[1-9999]`)).toMatch(/: expected at most 150 characters, got 1001$/);
    expect(refusal('[1]'.repeat(1000))).toMatch(/: expected at most 150 characters, got 1000$/);
  });
  it('expands a group once, however often groups of groups name it', () => {
    const doubling = new Map([['g0', 'x0']]);
    for (let i = 1; i < 20; i += 1) doubling.set(`g${i}`, `@g${i - 1},x${i}!@g${i - 1}`);
    expect(expandNodeSet('@g19', doubling)).toEqual({ ok: true, value: ['x19'] });
    doubling.set('g20', '@g19');
    expect(expandNodeSet('@g20', doubling)).toMatchObject({
      error: expect.stringMatching(/expected groups at most 20 deep, got more$/) as string,
    });
  });
});

describe('foldNodeSet', () => {
  it.each([
    [[], ''],
    [['gpu7'], 'gpu7'],
    [['local', 'a'], 'a,local'],
    [['gpu003', 'gpu001', 'gpu002', 'gpu007'], 'gpu[001-003,007]'],
    [['gpu10', 'gpu9', 'gpu11'], 'gpu[9-11]'],
    [['gpu09', 'gpu10', 'gpu11'], 'gpu[09-11]'],
    [['gpu99', 'gpu100'], 'gpu[99-100]'],
    [['gpu099', 'gpu100'], 'gpu[099-100]'],
    [['gpu1', 'gpu2', 'gpu002'], 'gpu[1-2,002]'],
    [['gpu1', 'gpu1', 'gpu3'], 'gpu[1,3]'],
    [['gpu1', 'gpu', 'gpu0'], 'gpu,gpu[0-1]'],
    [['gpu2', 'gpu10', 'a1'], 'a1,gpu[2,10]'],
    [['r1n1', 'r1n2', 'r2n1', 'r2n2'], 'r[1-2]n[1-2]'],
    [['r1n1', 'r1n2', 'r2n1'], 'r1n[1-2],r2n1'],
    [['gpu1.rack7', 'gpu2.rack7', 'gpu1.rack8', 'login'], 'gpu1.rack[7-8],gpu2.rack7,login'],
    [['gpu1', 'gpu1.rack7', 'gpu2'], 'gpu[1-2],gpu1.rack7'],
    [['10.0.0.9', '10.0.0.10'], '10.0.0.[9-10]'],
    [['me@gpu1:22', 'me@gpu2:22'], 'me@gpu[1-2]:22'],
    [['[fe80::1]:22', '[fe80::2]:22'], '[fe80::1]:22,[fe80::2]:22'],
    [['s9999999999999999', 's10000000000000000'], 's10000000000000000,s9999999999999999'],
  ])('writes %j as %s', (names, text) => {
    expect(foldNodeSet(names)).toBe(text);
  });
});
