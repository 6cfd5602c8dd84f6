import { describeQuantity } from '../../reports/verdict/words/describe-quantity.ts';
import { comparatorWords } from '../../reports/verdict/words/fact-sentences.ts';
import { formatDimensions } from '../../reports/verdict/words/format-dimensions.ts';
import { formatExpectedFact } from '../../reports/verdict/words/format-fact.ts';
import type { Limit } from '../../workloads/kit/limit.ts';
import type { Asked, AskedRequirement } from './profile-limits.ts';

/** The lines of a requirement: what it is, and what it is held against. */
export const describeAsked = ({ requirement, asked }: AskedRequirement): readonly string[] => [
  `${requirement.id}  ${requirement.title}  (${requirement.level}, ${requirement.scope}, ${requirement.sampling})`,
  ...linesOf(asked).map((line) => `  ${line}`),
];

function linesOf(asked: Asked): readonly string[] {
  switch (asked.by) {
    case 'limits':
      return asked.limits.flatMap(describeLimit);
    case 'contract':
      return [
        'nobody publishes one that decides: a contract can state it',
        ...asked.shown.flatMap(showLimit),
      ];
    case 'part':
      return [
        `depends on the part: ${asked.limits} limits for ${asked.models} models, none for the class (docs/limits.md)`,
      ];
    case 'fact': {
      const { path, comparator, expected, unit } = asked;
      const said = expected.map((value) => formatExpectedFact(value, unit)).join(', ');
      return [`${path}: ${comparatorWords[comparator]} ${said}`];
    }
    case 'claim':
      return [`${asked.path}: what the inventory claims as ${asked.claim}, which this class does not`];
    case 'setting':
      return [`${asked.path}: nobody says what it should be on this class: an inventory can (\`settings\`)`];
    case 'other-fact':
      return [`${asked.path}: at least ${asked.other} of the same machine`];
    case 'unique':
      return [`${asked.path}: unlike that of every other in the run`];
    case 'run':
      return [describeRule(asked.rule)];
  }
}

function describeRule(rule: Extract<Asked, { by: 'run' }>['rule']): string {
  switch (rule.kind) {
    case 'manifest':
      return `the supplier's manifest${rule.parts === undefined ? '' : `: ${rule.parts.join(', ')}`}`;
    case 'drift':
      return 'the golden node, or most of at least eight';
    case 'soak':
      return `a soak of ${rule.hours} h`;
    case 'boots':
      return `${rule.atLeast} boots`;
    case 'versions':
      return `${rule.component} of ${rule.fixes.map(({ atLeast }) => atLeast).join(', ')} or later in its line, as looked up on ${rule.retrieved}`;
    case 'not-covered':
      return `nothing measures it yet: ${rule.subjectMatter}`;
  }
}

function describeLimit(limit: Limit): readonly string[] {
  const { comparator, value, unit, where, statistic, evidence } = limit;
  const about = formatDimensions(where);
  const of = statistic === undefined ? '' : `, ${statistic}`;
  return [
    `${comparatorWords[comparator]} ${describeQuantity(value, unit)}${of}${about === '' ? '' : ` (${about})`}`,
    ...evidence.map(({ title, locator }) => `    ${title}: ${locator}`),
  ];
}

const showLimit = (limit: Limit): readonly string[] => {
  const [said = '', ...sources] = describeLimit(limit);
  return [`  shown, decides nothing: ${said}`, ...sources.map((line) => `  ${line}`)];
};
