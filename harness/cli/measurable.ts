import type { Requirement } from '../../workloads/kit/requirement.ts';
import type { Profile } from '../config/profile.ts';

/** What of a profile Assay can measure today, and whether machines can be certified by it. */
export interface Measurable {
  readonly required: number;
  readonly measurable: number;
  /** What nobody measures yet among what is required; none: it can be certified. */
  readonly lacking: readonly Requirement[];
}

export function measurableOf({ requirements }: Pick<Profile, 'requirements'>): Measurable {
  const required = requirements.filter(({ level }) => level === 'required');
  const lacking = required.filter(({ rule }) => rule.kind === 'not-covered');
  return { required: required.length, measurable: required.length - lacking.length, lacking };
}
