import { setTimeout } from 'node:timers/promises';

/** Waits until this holds; half a minute is far more than any kernel needs, beside whatever work. */
export async function waitUntil(
  what: string,
  holds: () => boolean | Promise<boolean>,
  withinMs = 30_000,
): Promise<void> {
  const deadlineMs = performance.now() + withinMs;
  while (!(await holds())) {
    if (performance.now() > deadlineMs)
      throw new Error(`expected within ${withinMs / 1000} s that ${what}, found that it is not so`);
    await setTimeout(10);
  }
}
