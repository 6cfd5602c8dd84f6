import type { EventOfNights, Nights } from '../../reports/verdict/nights.ts';
import { attributes, escapeXml } from '../../reports/writers/junit.ts';
import { lineOf, summaryOf } from './night-summary.ts';

interface Testcase {
  readonly name: string;
  readonly element?: 'failure' | 'skipped';
  readonly type?: string;
  readonly message?: string;
}

/**
 * What a night says, as JUnit XML: a suite each for what is new, still bad, healed and not measured. What is bad, not measured or without a
 * judgement fails; what healed is skipped with its message, since nobody has said that it is over.
 */
export function nightJunit(nights: Nights): string {
  const { headline, news, still, healed, notMeasured, unjudged } = summaryOf(nights);
  const ofEvents = (those: readonly EventOfNights[], element: 'failure' | 'skipped') =>
    those.map((event): Testcase => {
      const message = lineOf(event);
      return { name: event.id, element, type: event.standing, message };
    });
  const suites: readonly (readonly [string, readonly Testcase[]])[] = [
    ['new', ofEvents(news, 'failure')],
    ['still bad', ofEvents(still, 'failure')],
    ['healed', ofEvents(healed, 'skipped')],
    [
      'not measured',
      notMeasured.map(({ node, why }) => ({ name: node, element: 'failure', type: 'missing', message: why })),
    ],
    [
      'judgement',
      [
        ...unjudged.map(([reason, count]): Testcase => {
          const message = `${count} series without a judgement: ${reason}`;
          return { name: reason, element: 'failure', type: 'no judgement', message };
        }),
        // Nothing measured is no green suite.
        nights.measured === 0
          ? {
              name: 'series measured',
              element: 'failure',
              type: 'missing',
              message: 'no series was measured',
            }
          : { name: `${nights.measured} series measured` },
      ],
    ],
  ];
  const all = suites.flatMap(([, cases]) => cases);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites ${attributes({ name: headline, ...tally(all) })}>`,
    ...suites
      .filter(([, cases]) => cases.length > 0)
      .flatMap(([name, cases]) => [
        `  <testsuite ${attributes({ name, ...tally(cases) })}>`,
        ...cases.map((each) => writeCase(name, each)),
        '  </testsuite>',
      ]),
    '</testsuites>',
    '',
  ].join('\n');
}

function tally(cases: readonly Testcase[]): Readonly<Record<string, string>> {
  const count = (wanted: Testcase['element']) =>
    String(cases.filter(({ element }) => element === wanted).length);
  return {
    tests: String(cases.length),
    failures: count('failure'),
    errors: '0',
    skipped: count('skipped'),
  };
}

function writeCase(classname: string, { name, element, type = '', message = '' }: Testcase): string {
  const start = `    <testcase ${attributes({ name, classname })}`;
  if (element === undefined) return `${start}/>`;
  // JUnit's <skipped> has no type attribute.
  const described = attributes(element === 'failure' ? { type, message } : { message });
  return `${start}><${element} ${described}>${escapeXml(message)}</${element}></testcase>`;
}
