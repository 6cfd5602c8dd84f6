import { formatFact } from '../../../../reports/verdict/words/format-fact.ts';
import { whyUnknown } from './compare-settings.ts';
import type { Setting } from './configuration.ts';

/**
 * A setting as people read it: equal devices once, with their number; what is not known as such, with the reason. A
 * number has the digits that tell it from the one beside it.
 */
export function showSetting(path: string, setting: Setting, beside?: Setting): string {
  if ('unknown' in setting) return `not known: ${setting.unknown}`;
  const [[only, second] = []] = setting.value;
  if (only !== undefined && second === undefined) {
    return 'value' in only
      ? formatFact(only.value, path, beside === undefined ? undefined : numberOf(beside))
      : `not known: ${only.unknown}`;
  }
  const counts = new Map<string, number>();
  for (const device of setting.value) {
    const words = device.map((it) => ('value' in it ? formatFact(it.value, '') : '?')).join(', ');
    counts.set(words, (counts.get(words) ?? 0) + 1);
  }
  const shown = [...counts].map(([words, count]) => `${count} × ${words}`).toSorted();
  const why = whyUnknown(setting);
  return `${shown.length === 0 ? 'none' : shown.join('; ')}${why === undefined ? '' : ` (?: ${why})`}`;
}

/** The number that a setting is, if it is one. */
export function numberOf(setting: Setting): number | undefined {
  const it = 'value' in setting ? setting.value[0]?.[0] : undefined;
  return it !== undefined && 'value' in it && typeof it.value === 'number' ? it.value : undefined;
}
