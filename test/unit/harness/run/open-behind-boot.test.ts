import { describe, expect, it } from 'vitest';
import { openBehindBoot } from '../../../../harness/run/open-behind-boot.ts';
import { AssayError } from '../../../../workloads/kit/assay-error.ts';
import type { ErrorCode } from '../../../../workloads/kit/error-code.ts';

/** A node that is away for so many tries, each of which takes a minute; and how often it was tried and said to be awaited. */
async function open(code: ErrorCode, away: number): Promise<readonly [number, number]> {
  let [tries, said, minutes] = [0, 0, 0];
  const around = {
    onAwaited: () => void (said += 1),
    signal: new AbortController().signal,
    pauseMs: 0,
    monotonicMs: () => minutes * 60_000,
  };
  const attempt = (): Promise<void> => {
    tries += 1;
    minutes += 1;
    return tries > away ? Promise.resolve() : Promise.reject(new AssayError(code, 'away'));
  };
  await openBehindBoot(attempt, around).catch((cause: unknown) => expect(cause).toMatchObject({ code }));
  return [tries, said];
}

describe('a node behind a boot', () => {
  it('is waited for as long as it is away, which is said once', async () => {
    expect(await open('NOT_REBOOTED', 0)).toEqual([1, 0]);
    expect(await open('HOST_UNREACHABLE', 50)).toEqual([51, 1]);
  });

  it('is waited for no longer than an hour, however long a try takes', async () => {
    expect(await open('HOST_UNREACHABLE', Infinity)).toEqual([60, 1]);
  });

  it('is not waited for when it says something else', async () => {
    expect(await open('NODE_REFUSED', 3)).toEqual([1, 0]);
  });
});
