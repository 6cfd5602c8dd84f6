import { describe, expect, it } from 'vitest';
import { Command } from '../../../../workloads/kit/command.ts';

describe('Command', () => {
  it('knows its placeholders and refuses others', () => {
    const command = { id: 'run', file: '{build}/a', args: ['{scratch}', '{"json":1}'], timeoutMs: 1 };
    expect(Command.parse(command)).toMatchObject({ env: {}, artifacts: [] });
    expect(Command.safeParse({ ...command, args: ['{home}'] }).success).toBe(false);
    expect(Command.safeParse({ ...command, args: 'rm -rf /' }).success).toBe(false);
    expect(Command.safeParse({ ...command, shell: true }).success).toBe(false);
  });
});
