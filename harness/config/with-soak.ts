import { deepFreeze } from './read-config.ts';
import type { SoakLength, Suite } from './suite.ts';

const hour = 3600;
/** In less a program is built, filled and checked, and hardly runs. */
const leastWindowSeconds = 10;
/** First, last and one between: fewer windows show no decay. */
const leastWindows = 3;

/** A suite with hours of combined load behind it: its own entries of a soak, or those of `soak`. */
export function withSoak(
  suite: Suite,
  soak: Suite,
  length: { readonly seconds: number; readonly hours: number },
): Suite {
  const hasOwn = suite.entries.some((entry) => entry.soak === true);
  if (hasOwn) return deepFreeze({ ...suite, soak: lengthOf(length) });
  return deepFreeze({
    ...suite,
    id: `${suite.id}-${soak.id}`,
    version: `${suite.version}+${soak.version}`,
    title: `${suite.title}; ${soak.title.charAt(0).toLowerCase()}${soak.title.slice(1)}`,
    soak: lengthOf(length),
    entries: [...suite.entries, ...soak.entries],
  });
}

/** A window for every hour that is begun, so that none is longer than what its steps are made for; where that is to be simulated in less, as many as the profile has hours if they fit. */
function lengthOf({ seconds, hours }: { readonly seconds: number; readonly hours: number }): SoakLength {
  const windows =
    seconds >= hours * hour
      ? Math.ceil(seconds / hour)
      : Math.min(hours, Math.floor(seconds / leastWindowSeconds));
  return { seconds, windows: Math.max(leastWindows, windows) };
}
