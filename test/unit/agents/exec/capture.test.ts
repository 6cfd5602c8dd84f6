import { expect, it } from 'vitest';
import { capture } from '../../../../agents/exec/capture.ts';

const path = process.env['PATH'] ?? '';

it.each([
  ['a child that holds its outputs open', 'sleep 60 & sleep 60'],
  ['a child of another group that does', 'setsid sleep 20 & sleep 60'],
])('gives up on a program with %s', { timeout: 15_000 }, async (_, script) => {
  const answer = await capture({ id: 'probe', file: 'sh', args: ['-c', script], timeoutMs: 200 }, path);
  expect(answer).toMatchObject({ id: 'probe', status: 'timeout' });
});

it('keeps what a program said before it failed', async () => {
  const script = 'echo out; echo err >&2; exit 3';
  expect(await capture({ id: 'probe', file: 'sh', args: ['-c', script] }, path)).toEqual({
    id: 'probe',
    status: 'failed',
    text: 'out\nerr',
    exitCode: 3,
  });
});
