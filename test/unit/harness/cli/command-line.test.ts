import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { CliContext } from '../../../../harness/cli/command.ts';
import {
  createCommandLine,
  explainUsage,
  NotUnderstood,
  requireCommand,
} from '../../../../harness/cli/command-line.ts';
import { commands } from '../../../../harness/cli/commands.ts';
import { readWords, renderOverview } from '../../../../harness/cli/overview.ts';
import { readEnvironment } from '../../../../harness/environment.ts';
import { AssayError } from '../../../../workloads/kit/assay-error.ts';

const context: CliContext = {
  environment: readEnvironment(),
  out: new PassThrough(),
  err: new PassThrough(),
  now: () => new Date(),
};

/** What is said of a command line that is not understood. */
async function refusalOf(...given: readonly string[]): Promise<AssayError> {
  const words = readWords(given);
  try {
    await requireCommand(words);
    await createCommandLine(context, () => undefined).parseAsync([...words]);
  } catch (cause) {
    if (cause instanceof NotUnderstood) return explainUsage(cause, words);
    if (cause instanceof AssayError) return cause;
    throw cause;
  }
  throw new Error('it was understood');
}

describe('a command line that is not understood', () => {
  it.each<readonly [given: readonly string[], message: string, hint: string]>([
    [[], 'expected a command, got none', 'See: assay --help'],
    [['plam'], 'expected a command, got `plam`', 'Did you mean `plan`? See: assay --help'],
    [['help', 'plam'], 'expected a command, got `plam`', 'Did you mean `plan`? See: assay --help'],
    [['xyzzy'], 'expected a command, got `xyzzy`', 'See: assay --help'],
    [['judge'], 'expected `assay judge <run>`', 'See: assay judge --help'],
    [['judge', 'a', 'b'], 'expected `assay judge <run>`, got `b` too', 'See: assay judge --help'],
    [
      ['survey', 'local', '--jsn'],
      'expected an option of this command, got `--jsn`',
      'Did you mean `--json`? See: assay survey --help',
    ],
    [
      ['survey', 'local', '--ssh-confg=x'],
      'expected an option of this command, got `--ssh-confg`',
      'Did you mean `--ssh-config`? See: assay survey --help',
    ],
    [['survey', 'local', '-x'], 'expected an option of this command, got `-x`', 'See: assay survey --help'],
    [['plan', 'a'], 'expected --profile, got none', 'See: assay plan --help'],
    [
      ['certify', 'a', '--session', 'x'],
      'not accepted: session: got "x", expected one of: "after-boot"',
      'See: assay certify --help',
    ],
    [
      ['certify', 'a', '--session', 'after-boot', '--profile', 'x'],
      'expected --session or --profile, got both',
      'See: assay certify --help',
    ],
    [
      ['completion', 'tcsh'],
      'expected a shell of bash, zsh, fish, got `tcsh`',
      'Name the one that you use: assay completion bash',
    ],
    [['report', 'a', '--out', 'x', '--out', 'y'], 'expected --out once, got it 2 times', 'Give it once.'],
  ])('%j', async (given, message, hint) => {
    expect(await refusalOf(...given)).toMatchObject({ code: 'USAGE', exitCode: 64, message, hint });
  });

  it('is told in the same words whatever the language of the user is', async () => {
    const before = process.env['LC_ALL'];
    process.env['LC_ALL'] = 'de_DE.UTF-8';
    try {
      expect(await refusalOf('plan', 'a')).toMatchObject({ message: 'expected --profile, got none' });
    } finally {
      if (before === undefined) delete process.env['LC_ALL'];
      else process.env['LC_ALL'] = before;
    }
  });
});

describe('the help of', () => {
  it.each(
    commands.map(({ name }) => [name]),
  )('%s has examples that are command lines of it', async (name) => {
    const help = await createCommandLine(context, () => undefined).getHelp();
    expect(help).toContain(`assay ${name}`);
    let own = '';
    await createCommandLine(context, () => undefined).parseAsync(
      [name, '--help'],
      (_: unknown, __: unknown, text: string) => {
        own = text;
      },
    );
    expect(own).toContain('Examples:');
    const examples = own.slice(own.indexOf('Examples:')).match(/assay \S+/g) ?? [];
    expect(examples.length).toBeGreaterThan(0);
    for (const line of examples) expect(line).toBe(`assay ${name}`);
    const options = new Set(own.slice(0, own.indexOf('Examples:')).match(/--[a-z-]+/g));
    for (const option of own.slice(own.indexOf('Examples:')).match(/(?<= )--[a-z-]+/g) ?? [])
      expect([...options]).toContain(option);
  });
});

it('`help` before a command asks for its help', () => {
  expect(readWords(['help', 'plan'])).toEqual(['plan', '--help']);
  expect(readWords(['help'])).toEqual(['--help']);
});

it('what follows a separator is a target, unless it may be an option', () => {
  expect(readWords(['survey', '--', 'node7'])).toEqual(['survey', 'node7']);
  expect(readWords(['survey', '--', '-x'])).toEqual(['survey', '--', '-x']);
});

describe('the overview', () => {
  const lines = (columns: number) => renderOverview('npx --no -- assay', columns).split('\n');

  it('names each command once, with what it is for, and how it was called', () => {
    const text = lines(100).join('\n');
    for (const { usage, describe } of commands) {
      expect(text.split(`\n  ${usage}`)).toHaveLength(2);
      expect(text.replaceAll(/\s+/g, ' ')).toContain(describe);
    }
    expect(text).toMatch(/^npx --no -- assay <command>\n/);
  });

  it.each([20, 40, 63, 64, 80, 100, 300])('keeps to a terminal of %i columns', (columns) => {
    // A word that has to be typed is kept whole.
    const tooWide = lines(columns).filter((line) => line.length > Math.min(columns, 100));
    expect(tooWide.filter((line) => !/^ {2}[a-z-]|<command>/.test(line))).toEqual([]);
    if (columns >= 40) expect(tooWide).toEqual([]);
  });
});
