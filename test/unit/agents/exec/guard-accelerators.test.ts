import { spawn } from 'node:child_process';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished, vi } from 'vitest';
import { guardAccelerators } from '../../../../agents/exec/guard-accelerators.ts';
import { fillFacts } from '../../../support/case.ts';
import { temporaryDirectory } from '../../../support/temporary.ts';

// Cards that no machine has: they have left their bus at the first look.
const [first, second] = ['0000:fe:1e.1', '0000:fe:1f.1'] as const;
const nothing = { unknown: 'not in this case' };
let count = 0;

function guard() {
  const mark = `test-guard-${process.pid}-${(count += 1)}/step`;
  const end = vi.fn();
  const facts = fillFacts({});
  const accelerators = [first, second].map((address) => ({
    address,
    vendor: 'other',
    uuid: nothing,
    usable: nothing,
    temperatureLimitCelsius: nothing,
  }));
  const cards = { ...facts, accelerators: { value: accelerators } } as unknown as typeof facts;
  const started = guardAccelerators(
    { facts: cards, mark, path: '/usr/bin:/bin' },
    { loads: 'accelerators' },
    end,
  );
  if (started === undefined) throw new Error('expected cards to watch');
  onTestFinished(() => void started.stop());
  return { mark, end, stop: started.stop };
}

/** A process of the step that bears a name. */
function startNamed(mark: string, name: string): Promise<NodeJS.Signals | null> {
  const program = join(temporaryDirectory(), name);
  copyFileSync('/bin/sleep', program);
  const child = spawn(program, ['600'], { env: { PATH: '/usr/bin:/bin', ASSAY_STEP: mark } });
  onTestFinished(() => void child.kill('SIGKILL'));
  return new Promise((resolve) => child.once('exit', (_, signal) => resolve(signal)));
}

it('ends the process of a card also when it begins later, and not the command for one that has ended its own', async () => {
  const { mark, end, stop } = guard();
  await sleep(300);
  // The other one has no process: it may have done its work.
  expect(await startNamed(mark, first)).toBe('SIGKILL');
  await sleep(3000);
  expect(end).not.toHaveBeenCalled();
  expect((await stop()).alarms.map(({ device }) => device).toSorted()).toEqual([first, second]);
});

it('ends a command of which no process bears the name of a card', async () => {
  const { mark, end } = guard();
  void startNamed(mark, 'program');
  await vi.waitFor(() => expect(end).toHaveBeenCalled(), { timeout: 30_000 });
  expect(end).toHaveBeenCalledWith({
    execution: 'error',
    reason: expect.stringContaining('it has left the PCI bus') as string,
  });
});
