import type { BootsRule } from '../../../workloads/kit/requirement.ts';
import type { Dossier } from '../dossier.ts';
import { findChange } from '../machine-changes.ts';
import type { Outcome } from '../outcome.ts';
import { missing } from '../outcome.ts';

/** Judges whether a node was booted so often, and had the same parts and drivers behind each boot as before the first. */
export function judgeBoots({ atLeast }: BootsRule, { id, documents, restarts }: Dossier): Outcome {
  const [first, ...later] = documents;
  const looks = later.filter((_, place) => restarts[place]?.rebooted === true);
  for (const { step, facts } of looks) {
    const change = first && findChange(first.facts, facts);
    if (change !== undefined) return { verdict: 'fail', reason: { say: 'boot-changed', step, ...change } };
  }
  const reason = { say: 'boots', seen: looks.length, asked: atLeast } as const;
  if (looks.length >= atLeast) return { verdict: 'pass', reason };
  return looks.length === 0
    ? missing('not-run', reason, { of: id, why: 'not-run', in: 'boots' })
    : { verdict: 'inconclusive', reason };
}
