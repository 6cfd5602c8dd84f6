import { describe, expect, it } from 'vitest';
import { calledAs, nameCommands } from '../../../harness/called-as.ts';
import { canRedraw, wantsColor } from '../../../harness/environment.ts';

const call = (script: string, variables: Record<string, string> = {}): string =>
  calledAs({ script, variables, path: '/usr/bin:/opt/assay/bin', workingDirectory: '/home/op' });

describe('how the command line was called', () => {
  it.each([
    ['assay', '/opt/assay/bin/assay', {}],
    ['./node_modules/.bin/assay', '/home/op/node_modules/.bin/assay', {}],
    ['/srv/assay/bin/assay', '/srv/assay/bin/assay', {}],
    ["'/srv/my tools/assay'", '/srv/my tools/assay', {}],
    ['npx --no -- assay', '/home/op/node_modules/.bin/assay', { npm_command: 'exec' }],
    ['node harness/bin.js', '/home/op/harness/bin.js', {}],
    ['node /srv/assay/harness/bin.js', '/srv/assay/harness/bin.js', {}],
    [
      '/srv/assay/bin/assay',
      '/srv/assay/bin/assay',
      { npm_command: 'exec', ASSAY_CALLED: '/srv/assay/bin/assay' },
    ],
    ['assay', 'assay', {}],
    ['assay', '/srv/node_modules/vitest/vitest.mjs', {}],
    ['assay', '', {}],
  ])('is %s', (called, script, variables) => {
    expect(call(script, variables as Record<string, string>)).toBe(called);
  });
});

describe('a hint', () => {
  const names = ['resume', 'stop', 'plan'];
  it('names our commands as they were called, and nothing else', () => {
    expect(
      nameCommands(
        'Continue with: assay resume r1\nassay stop r1 --now, `assay plan x`, assay planner, an assay of ore, my-assay stop',
        './bin/assay',
        names,
      ),
    ).toBe(
      'Continue with: ./bin/assay resume r1\n./bin/assay stop r1 --now, `./bin/assay plan x`, assay planner, an assay of ore, my-assay stop',
    );
    expect(nameCommands('See: assay --help', "'/a $& b/assay'", names)).toBe("See: '/a $& b/assay' --help");
  });
});

describe('colours', () => {
  it.each([
    [true, {}, true],
    [false, {}, false],
    [false, { TERM: 'dumb' }, true],
    [false, { NO_COLOR: '1' }, true],
    [true, { NO_COLOR: '' }, true],
    [true, { FORCE_COLOR: '1' }, false],
    [true, { FORCE_COLOR: 'true', TERM: 'dumb' }, false],
    [false, { FORCE_COLOR: '0' }, true],
    [false, { FORCE_COLOR: 'false' }, true],
    [false, { FORCE_COLOR: '1', NO_COLOR: '1' }, true],
  ])('are %s with %o, terminal: %s', (isColored, variables, isTerminal) => {
    expect(wantsColor(variables, isTerminal)).toBe(isColored);
  });
});

it('a line is written anew on a terminal, and not on a dumb one or where nobody looks', () => {
  expect([{ TERM: 'xterm' }, {}, { TERM: 'dumb' }].map((variables) => canRedraw(variables, true))).toEqual([
    ...[true, true, false],
  ]);
  expect(canRedraw({ TERM: 'xterm' }, false)).toBe(false);
});
