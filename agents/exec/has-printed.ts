import { stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { codeOf } from '../../workloads/kit/code-of.ts';

const lookMs = 20;

/** Whether something stands in a file within so long; `signal` says that nothing will any more. */
export async function hasPrinted(
  file: string,
  { withinMs, signal }: { readonly withinMs: number; readonly signal: AbortSignal },
): Promise<boolean> {
  for (let waited = 0; waited < withinMs; waited += lookMs) {
    if ((await sizeOf(file)) > 0) return true;
    if (signal.aborted) return false;
    await sleep(lookMs);
  }
  return false;
}

async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size;
  } catch (cause) {
    if (codeOf(cause) !== 'ENOENT') throw cause;
    return 0;
  }
}
