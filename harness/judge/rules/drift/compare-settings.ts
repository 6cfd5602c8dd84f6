import type { FactValue } from '../../../../reports/verdict/said-parts.ts';
import type { Fact } from '../../../../workloads/kit/facts/fact.ts';
import type { Setting } from './configuration.ts';

/** MemTotal differs a little between equal machines: firmware and kernel take what they need at boot. */
const tolerances: ReadonlyMap<string, number> = new Map([['memory.totalBytes', 0.01]]);

export const hasTolerance = (path: string): boolean => tolerances.has(path);

type Device = Extract<Setting, { value: unknown }>['value'][number];

/** Are two settings the same? What is not known is `missing`, unless nothing that it could be would make them equal. */
export function compareSettings(path: string, golden: Setting, found: Setting): 'pass' | 'fail' | 'missing' {
  if ('unknown' in golden || 'unknown' in found) return 'missing';
  const [a, b] = [golden.value, found.value];
  if (a.length !== b.length || hasSurplus(path, a, b) || hasSurplus(path, b, a)) return 'fail';
  return whyUnknown(golden) === undefined && whyUnknown(found) === undefined ? 'pass' : 'missing';
}

/** Why a setting is not wholly known. */
export function whyUnknown(setting: Setting): string | undefined {
  if ('unknown' in setting) return setting.unknown;
  return setting.value.flat().flatMap((it) => ('unknown' in it ? [it.unknown] : []))[0];
}

/** More devices of one description than the others can have, even if all that is unknown there were like them. */
function hasSurplus(path: string, devices: readonly Device[], others: readonly Device[]): boolean {
  const whole = devices.filter((device) => device.every((it) => 'value' in it));
  const count = (all: readonly Device[], like: Device): number =>
    all.filter((each) => each.every((it, at) => 'unknown' in it || isAlike(path, it.value, like[at]))).length;
  return whole.some((device) => count(whole, device) > count(others, device));
}

function isAlike(path: string, a: FactValue, b: Fact<FactValue> | undefined): boolean {
  if (b === undefined || 'unknown' in b) return false;
  if (typeof a !== 'number' || typeof b.value !== 'number') return a === b.value;
  return Math.abs(a - b.value) <= (tolerances.get(path) ?? 0) * Math.max(a, b.value);
}
