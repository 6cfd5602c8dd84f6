import type { FacilityTrouble } from '../facility-trouble.ts';

const words = {
  leak: () => 'the facility tells of a leak',
  'no-flow': () => 'the facility tells that nothing flows',
  stale: (said) => `the facility has told nothing of flow and leaks for ${said}`,
  ended: (said) => `the command that tells of flow and leaks has ended ${said}`,
  'not-started': (said) => `the command that tells of flow and leaks could not be started: ${said}`,
  unreadable: (said) => `the command that tells of flow and leaks said \`${said}\``,
  floods: () => 'the command that tells of flow and leaks says more than anybody can mean',
} satisfies Record<FacilityTrouble['kind'], (said: string) => string>;

/** What is the matter with a facility, or with whoever tells of it. */
export const describeTrouble = ({ kind, said = 'no reason given' }: FacilityTrouble): string =>
  words[kind](said);
