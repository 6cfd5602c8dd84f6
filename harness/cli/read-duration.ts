import { AssayError } from '../../workloads/kit/assay-error.ts';

const secondsOf: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600 };

/** Seconds of `90s`, `10m`, `24h`. Throws USAGE for anything else, and for what is outside the bounds. */
export function readDuration(option: string, text: string, least: number, most: number): number {
  const [, count = '', unit = ''] = /^(\d{1,6})([smh])$/.exec(text.trim()) ?? [];
  const seconds = Number(count) * (secondsOf[unit] ?? Number.NaN);
  if (seconds >= least && seconds <= most) return seconds;
  throw new AssayError(
    'USAGE',
    `expected ${option} to be from ${least} s to ${most / 3600} h, got \`${text.slice(0, 80)}\``,
    { hint: `Give a number with a unit: ${option} 10m, ${option} 24h.` },
  );
}
