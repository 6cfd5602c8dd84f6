import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { after } from '../../../../workloads/kit/after.ts';

const day = 86_400_000;

describe('after', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it.each([1, 24, 25, 60])('calls after %d days and not before', (days) => {
    const act = vi.fn();
    after(days * day, act);
    vi.advanceTimersByTime(days * day - 1);
    expect(act).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(act).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(100 * day);
    expect(act).toHaveBeenCalledTimes(1);
  });

  it('never calls after an infinite time', () => {
    const act = vi.fn();
    after(Infinity, act);
    vi.advanceTimersByTime(100 * day);
    expect(act).not.toHaveBeenCalled();
  });

  it('is called off also when it has been waited for longer than one timer', () => {
    const act = vi.fn();
    const cancel = after(60 * day, act);
    vi.advanceTimersByTime(50 * day);
    cancel();
    vi.advanceTimersByTime(50 * day);
    expect(act).not.toHaveBeenCalled();
  });
});
