import { setTimeout } from 'node:timers/promises';

/** Waits until this holds; ten seconds are far more than any kernel needs here. */
export async function waitUntil(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadlineMs = performance.now() + 10_000;
  while (!(await holds())) {
    if (performance.now() > deadlineMs)
      throw new Error(`expected within 10 s that ${what}, found that it is not so`);
    await setTimeout(10);
  }
}
