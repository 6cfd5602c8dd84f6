import type { Requirement } from '../../workloads/kit/requirement.ts';
import type { Profile } from './profile.ts';
import type { Suite } from './suite.ts';

/** A profile as a suite decides it: where that is a night of a series, what counts runs is one, too. */
export const asDecided = (profile: Profile, { series }: Pick<Suite, 'series'>): Profile =>
  series === true ? { ...profile, requirements: profile.requirements.map(asSeries) } : profile;

/** Partners change from night to night, and siblings are held against each other: neither has a past of its own. */
function asSeries(requirement: Requirement): Requirement {
  if (requirement.sampling !== 'typical') return requirement;
  const { sessions: _, ...asked } = requirement;
  const isOfOne = asked.rule.kind === 'metric' && asked.scope !== 'pair' && asked.scope !== 'group';
  return { ...asked, sampling: isOfOne ? 'series' : 'screening' };
}

/** The metrics that a profile judges as series. */
export const metricsInSeries = ({ requirements }: Profile): ReadonlySet<string> =>
  new Set(
    requirements.flatMap(({ rule, sampling }) =>
      rule.kind === 'metric' && sampling === 'series' ? [rule.metric] : [],
    ),
  );
