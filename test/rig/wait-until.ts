import { setTimeout } from 'node:timers/promises';

/** Waits until this holds; ten seconds are far more than any kernel needs here. */
export async function waitUntil(
  what: string,
  holds: () => boolean | Promise<boolean>,
  withinMs = 10_000,
): Promise<void> {
  const deadlineMs = performance.now() + withinMs;
  while (!(await holds())) {
    if (performance.now() > deadlineMs)
      throw new Error(`expected within ${withinMs / 1000} s that ${what}, found that it is not so`);
    await setTimeout(10);
  }
}
