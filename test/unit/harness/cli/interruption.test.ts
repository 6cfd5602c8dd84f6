import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { createInterrupter } from '../../../../harness/cli/interruption.ts';

it.each([40, 80])('one Ctrl-C lets go, and says how to go on within %i columns', (columns) => {
  const err = new PassThrough();
  const interrupter = createInterrupter(err, 'r1', columns);
  try {
    process.emit('SIGINT');
  } finally {
    interrupter.dispose();
  }
  expect(interrupter.detach.aborted).toBe(true);
  const lines = String(err.read()).split('\n');
  const commands = ['Continue with: assay resume r1', '  assay stop r1 --now'];
  expect(lines).toEqual(expect.arrayContaining(commands));
  expect(lines.filter((line) => line.length > columns && !commands.includes(line))).toEqual([]);
});
