import * as z from 'zod';

/** What a program saw of a device while it loaded it before it timed it (native/warm-up.h), window by window. */
export const WarmUp = z.strictObject({
  /** What tells its temperature; null: nothing does. */
  thermometer: z.enum(['nvml', 'hwmon']).nullable(),
  windows: z.array(
    z.strictObject({
      seconds: z.number().positive(),
      /** What was done in the window, in the program's own unit, and how long the device was at it. */
      done: z.number().nonnegative(),
      busySeconds: z.number().positive(),
      /** At the end of the window. */
      celsius: z.number().nullable(),
    }),
  ),
});
export type WarmUp = z.infer<typeof WarmUp>;

/**
 * With air or a liquid: what heats up in thirty seconds and throttles after three minutes looks steady to whoever does not wait.
 * A liquid takes half of that; whoever waits longer errs on the safe side.
 */
const leastSeconds = 120;
const windowSeconds = 10;
const compared = 3;
const mostSpread = 0.01;
/** Degrees Celsius in half a minute. */
const mostRise = 1;

/** Of the time of each window a device that is loaded is at work; more than all of it is no time that passed. */
const [leastBusy, mostBusy] = [0.8, 1.01];
/** A sensor that tells less or more under load is dead or lies. */
const [leastCelsius, mostCelsius] = [5, 120];

/** How long a device was timed after its warm-up, and how long the command lived that did both; 0: nobody saw it live. */
export interface Lifetime {
  readonly elapsedSeconds: number;
  readonly livedSeconds: number;
}

/** Why a device cannot be taken to have been as warm as it gets when it was timed; `undefined`: it was. */
export function whyNotSteady(
  { windows, thermometer }: WarmUp,
  { elapsedSeconds, livedSeconds }: Lifetime,
): string | undefined {
  const never = (why: string): string => `never steady: ${why}`;
  const seconds = windows.reduce((sum, window) => sum + window.seconds, 0);
  // Two clocks, and both may be rounded.
  if (livedSeconds > 0 && seconds + elapsedSeconds > livedSeconds * 1.01 + 0.005)
    return never(
      `it was loaded for ${seconds.toFixed(0)} s and timed for ${elapsedSeconds.toFixed(0)} s by a command that lived ${livedSeconds.toFixed(0)} s`,
    );
  if (seconds < leastSeconds)
    return never(`it was loaded for ${seconds.toFixed(0)} s before (at least ${leastSeconds} s)`);
  // The one before the last three says how warm it was when they began.
  const [before, ...last] = windows.slice(-compared - 1);
  if (before === undefined || last.length < compared)
    return never(`only ${windows.length} windows were told`);
  if (last.some((window) => window.seconds < windowSeconds)) return never('a window is shorter than 10 s');
  const shares = windows.map((window) => window.busySeconds / window.seconds);
  const odd = shares.find((share) => !(share >= leastBusy && share <= mostBusy));
  if (odd !== undefined)
    return never(
      `it was at work for ${(odd * 100).toFixed(1)} % of a window (at least ${leastBusy * 100} %, at most all)`,
    );
  const rates = last.map(({ done, busySeconds }) => done / busySeconds);
  const [least, most] = [Math.min(...rates), Math.max(...rates)];
  if (!(least > 0 && most <= (1 + mostSpread) * least))
    return never(`its last three windows differ by ${((most / least - 1) * 100).toFixed(1)} % (at most 1 %)`);
  if (thermometer === null) return never('nothing tells its temperature');
  const rise = risePerHalfMinute(before, last);
  if (rise === undefined) return never('its temperature is not known for the last three windows');
  const dead = windows.find(
    ({ celsius }) => celsius !== null && !(celsius >= leastCelsius && celsius <= mostCelsius),
  );
  if (dead !== undefined)
    return never(
      `its sensor told ${dead.celsius} °C under load (from ${leastCelsius} to ${mostCelsius} °C is one that works)`,
    );
  if (rise >= mostRise)
    return never(`its temperature still rose by ${rise.toFixed(1)} °C in 30 s (less than ${mostRise})`);
  return undefined;
}

type Window = WarmUp['windows'][number];

function risePerHalfMinute(before: Window, last: readonly Window[]): number | undefined {
  const end = last.at(-1)?.celsius ?? undefined;
  if (before.celsius === null || end === undefined || last.some(({ celsius }) => celsius === null))
    return undefined;
  return ((end - before.celsius) * 30) / last.reduce((sum, { seconds }) => sum + seconds, 0);
}
