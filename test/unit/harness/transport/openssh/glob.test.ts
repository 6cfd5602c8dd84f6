import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { expandGlob } from '../../../../../harness/transport/openssh/glob.ts';
import { temporaryDirectory } from '../../../../support/temporary.ts';

describe('expandGlob', () => {
  it.each([
    ['*.conf', ['10-a.conf', 'B.conf', 'a.conf', 'link.conf']],
    ['?.conf', ['B.conf', 'a.conf']],
    ['[!B].conf', ['a.conf']],
    ['[A-C].conf', ['B.conf']],
    ['[[:upper:]].conf', ['B.conf']],
    ['[]B].conf', ['B.conf']],
    ['[z-a].conf', []],
    ['[a-].conf', ['a.conf']],
    ['[^B.conf', []],
    ['.*.conf', ['.hidden.conf']],
    ['*/c.conf', ['d/c.conf']],
    ['a.conf', ['a.conf']],
    ['\\a.conf', ['a.conf']],
    ['{a,B}.conf', []],
    ['**/c.conf', ['d/c.conf']],
    ['none*', []],
    ['none/x', []],
    ['a.conf/x', []],
    ['*+.conf', []],
  ])('%s', async (pattern, expected) => {
    const folder = temporaryDirectory();
    mkdirSync(join(folder, 'd'));
    for (const name of ['a.conf', 'B.conf', '10-a.conf', '.hidden.conf', 'd/c.conf', 'other'])
      writeFileSync(join(folder, name), '');
    symlinkSync('nowhere', join(folder, 'link.conf'));
    expect(await expandGlob(join(folder, pattern))).toEqual(expected.map((name) => join(folder, name)));
  });
});
