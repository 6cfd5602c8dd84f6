import type { Requirement } from '../../workloads/kit/requirement.ts';
import type { Profile } from '../config/profile.ts';

/** What of a profile Assay can measure today, and whether machines can be certified by it. */
export interface Measurable {
  readonly required: number;
  readonly measurable: number;
  /** What nobody measures yet among what is required. */
  readonly lacking: readonly Requirement[];
  /** What is measured and required, and has no limit that anybody publishes: only a customer can state one. */
  readonly unstated: readonly Requirement[];
  /** Nothing of either kind is left. */
  readonly canBeCertified: boolean;
}

export function measurableOf({ requirements }: Pick<Profile, 'requirements'>): Measurable {
  const required = requirements.filter(({ level }) => level === 'required');
  const lacking = required.filter(({ rule }) => rule.kind === 'not-covered');
  const unstated = required.filter(({ rule }) => rule.kind === 'metric' && rule.statedBy !== undefined);
  return {
    required: required.length,
    measurable: required.length - lacking.length,
    lacking,
    unstated,
    canBeCertified: lacking.length + unstated.length === 0,
  };
}
