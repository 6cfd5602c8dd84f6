import type { Spoken } from '../../reports/verdict/said.ts';
import { say } from '../../reports/verdict/words/say.ts';

/** The same value with everything that is said in it as text, so that a test can have the sentence that a reader sees. */
export function tell<T>(value: T): Told<T> {
  return tellAll(value) as Told<T>; // the type says what the walk does
}

/** `Said` is a text; all else stays as it is. */
export type Told<T> = T extends Spoken
  ? string
  : T extends readonly (infer U)[]
    ? Told<U>[]
    : T extends object
      ? { [K in keyof T]: Told<T[K]> }
      : T;

function tellAll(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(tellAll);
  if (typeof value !== 'object' || value === null) return value;
  if ('say' in value && typeof value.say === 'string') return say(value as Spoken);
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, tellAll(part)]));
}
