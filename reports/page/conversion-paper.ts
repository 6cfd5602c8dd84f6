import type { Conversion, ConvertedSide, SideOf } from '../verdict/conversion.ts';
import { changeWords, matchWords } from '../verdict/words/comparison-words.ts';
import {
  conversionNote,
  joulesWords,
  kilowattHours,
  letterWords,
  powerSources,
  powerWords,
  rangeWords,
  residualSentence,
  residualWords,
  restWords,
  shareWords,
  tallyConversion,
  testsWords,
  toldWords,
} from '../verdict/words/conversion-words.ts';
import { formatQuantity } from '../verdict/words/format-quantity.ts';
import { say } from '../verdict/words/say.ts';
import { comparisonPaper } from './comparison-paper.ts';
import type { Content, Section, TableCell } from './content.ts';
import { noted, number, paragraph, plain, strong, wide } from './content.ts';
import type { Paper } from './paper.ts';

/** What a hall was fit for and is fit for now, as a report for readers. */
export function conversionPaper(conversion: Conversion): Paper {
  const compared = comparisonPaper(conversion.comparison);
  const { before, after } = conversion;
  return {
    ...compared,
    title: 'Conversion report',
    promise: `${before.profile.title} before, ${after.profile.title} after`,
    note: conversionNote,
    opening: {
      ...compared.opening,
      tally: `${tallyConversion(conversion)}. ${compared.opening.tally ?? ''}`,
    },
    sections: [
      fitSection(conversion),
      machinesSection(conversion),
      powerSection(conversion),
      ...energySection(conversion),
      residualSection(conversion),
      ...compared.sections.filter(({ id }) => id !== 'machines'),
    ],
  };
}

function fitSection({ before, after }: Conversion): Section {
  const profiles = [...new Set([...before.fitFor, ...after.fitFor].map(({ profile }) => profile))];
  const count = (side: SideOf, profile: string): string =>
    String(side.fitFor.find((each) => each.profile === profile)?.machines ?? 0);
  return {
    id: 'fit',
    title: 'What it was fit for, and is fit for now',
    note: 'Machines that conform to each purpose in their last run.',
    content: [
      {
        kind: 'table',
        label: 'Machines that conform, by purpose',
        isCompact: true,
        columns: [plain('Purpose'), number('Before'), number('After')],
        rows: profiles.map((profile) => ({
          cells: [profile, count(before, profile), count(after, profile)],
        })),
      },
    ],
  };
}

function sideCell(side: ConvertedSide | undefined): TableCell {
  if (side === undefined) return '–';
  return noted(
    [strong(side.letter), ` ${side.node}`],
    [
      side.class,
      side.model ?? '',
      side.power === undefined ? 'power not known' : powerWords(side.power),
      restWords(side),
    ]
      .filter((text) => text !== '')
      .join(' · '),
  );
}

const toldLine = (side: ConvertedSide): readonly string[] => {
  const words = toldWords(side);
  return words === undefined ? [] : [words];
};

const machinesSection = ({ assets }: Conversion): Section => ({
  id: 'assets',
  title: 'Every machine, before and after',
  note: 'A for the intended purpose, B for a lesser one of its kind, C for the facility only, D of no use by construction, U undecided or to be repaired.',
  content: [
    {
      kind: 'table',
      label: 'Machines before and after',
      columns: [plain('Before'), plain('After'), { title: 'Change', role: 'word' }, wide('Decided by')],
      rows: assets.map(({ before, after, how, change }) => ({
        cells: [
          sideCell(before),
          sideCell(after),
          noted(changeWords[change], how === undefined ? '' : `by ${matchWords[how]}`),
          {
            kind: 'lines',
            lines: [
              ...(before === undefined ? [] : [`before: ${say(before.reason)}`, ...toldLine(before)]),
              ...(after === undefined ? [] : [`after: ${say(after.reason)}`, ...toldLine(after)]),
            ],
          },
        ],
      })),
    },
  ],
});

function powerSection({ before, after, assets }: Conversion): Section {
  const letters = [...new Set([...before.shares, ...after.shares].map(({ letter }) => letter))].toSorted();
  const shareOf = (side: SideOf, letter: string) => side.shares.find((share) => share.letter === letter);
  const sources = new Set(
    assets.flatMap((asset) =>
      [asset.before?.power, asset.after?.power].flatMap((power) => power?.source ?? []),
    ),
  );
  const rowsOf = (name: string, side: SideOf) => [
    ...side.shares.map((share) => ({
      cells: [
        [strong(share.letter), ` ${letterWords[share.letter]}`],
        name,
        String(share.assets),
        ...(share.unmetered === share.assets
          ? ['–', '–', '–']
          : [formatQuantity(share.watts, 'W'), shareWords(share), rangeWords(share)]),
        share.unmetered === 0 ? '–' : String(share.unmetered),
      ],
    })),
    ...(side.unmetered === 0
      ? []
      : [
          { cells: ['power not known', name, String(side.unmetered), '–', '–', '–', String(side.unmetered)] },
        ]),
  ];
  const picture: readonly Content[] =
    before.shares.some(({ watts }) => watts > 0) && after.shares.some(({ watts }) => watts > 0)
      ? [
          {
            kind: 'picture',
            depth: 'page',
            picture: {
              kind: 'slope',
              label: 'Share of the known power by letter, before and after',
              ends: ['before', 'after'],
              lines: letters.map((letter) => ({
                name: letter,
                before: shareOf(before, letter)?.share,
                after: shareOf(after, letter)?.share,
              })),
            },
          },
        ]
      : [];
  return {
    id: 'power',
    title: 'Share of power by letter',
    note: 'Of the power that is known. What is written on a device, or told by its firmware, is right to a fifth; the range has that. Machines without a known power are counted apart and spread over nothing.',
    content: [
      ...picture,
      {
        kind: 'table',
        label: 'Share of power by letter',
        columns: [
          plain('Letter'),
          { title: 'Side', role: 'word' },
          number('Machines'),
          number('Power'),
          number('Share'),
          number('Least – most'),
          number('Power not known'),
        ],
        rows: [...rowsOf('before', before), ...rowsOf('after', after)],
      },
      ...(sources.size === 0
        ? [paragraph('Nobody says what any machine draws.')]
        : [paragraph(`Power comes from: ${[...sources].map((source) => powerSources[source]).join(', ')}.`)]),
      ...(['before', 'after'] as const).flatMap((name) => {
        const { tests } = name === 'before' ? before : after;
        return tests.seconds === 0 ? [] : [paragraph(testsWords(name, tests))];
      }),
    ],
  };
}

/** Absent where there is no energy: a row without a number would look like one that was measured. */
function energySection({ assets, before, after }: Conversion): readonly Section[] {
  const rows = assets.flatMap((asset) =>
    (['before', 'after'] as const).flatMap((name) => {
      const side = asset[name];
      return side?.energy === undefined ? [] : [{ name, side, energy: side.energy }];
    }),
  );
  if (rows.length === 0) return [];
  const total = (name: string, { joules }: SideOf): string =>
    joules === undefined ? '' : `${kilowattHours(joules)} ${name}`;
  return [
    {
      id: 'energy',
      title: 'Energy',
      note: 'As the energy file says. A rate is the best that the runs of the side measured, the power the mean of the whole period: it is a fair figure only where the period is that of the work. A TH is 10^12 hashes; those of an ASIC are double SHA-256 of a header, and not those of another machine’s hash rate.',
      content: [
        paragraph(
          `The file has ${[total('before', before), total('after', after)].filter((text) => text !== '').join(' and ')}.`,
        ),
        {
          kind: 'table',
          label: 'Energy of machines',
          columns: [
            plain('Machine'),
            { title: 'Side', role: 'word' },
            { title: 'Known by', role: 'word' },
            number('Energy'),
            number('Mean power'),
            number('J per TH'),
            number('J per TFLOP'),
          ],
          rows: rows.map(({ name, side, energy }) => ({
            cells: [
              side.node,
              name,
              energy.label,
              kilowattHours(energy.joules),
              formatQuantity(energy.joules / energy.seconds, 'W'),
              joulesWords(energy.joulesPerHash === undefined ? undefined : energy.joulesPerHash * 1e12),
              joulesWords(energy.joulesPerTeraFlop),
            ],
          })),
        },
      ],
    },
  ];
}

function residualSection({ assets }: Conversion): Section {
  const rows = assets.flatMap(({ after }) => (after === undefined ? [] : [after]));
  const groups = [...Map.groupBy(rows, residualWords)];
  return {
    id: 'residual',
    title: 'What is left of mining',
    note: 'On machines after the conversion.',
    content: [
      {
        kind: 'table',
        label: 'Who was at work after the conversion',
        columns: [wide('Found at work'), number('Machines'), wide('Which')],
        rows: groups.map(([words, those]) => ({
          cells: [words, String(those.length), those.map(({ node }) => node).join(', ')],
        })),
      },
      paragraph(residualSentence),
      ...firmwareTable(rows),
    ],
  };
}

/** Versions of the firmware of cards, model by model, the rarest of each last: a card that is unlike its siblings is one to look at. */
function firmwareTable(sides: readonly ConvertedSide[]): readonly Content[] {
  const cards = sides.flatMap(({ node, cards = [] }) => cards.map((card) => ({ node, ...card })));
  if (cards.length === 0) return [];
  const countOf = (those: readonly { readonly count: number }[]): number =>
    those.reduce((sum, { count }) => sum + count, 0);
  const rows = [...Map.groupBy(cards, ({ model }) => model)].flatMap(([model, alike]) =>
    [...Map.groupBy(alike, ({ firmware }) => firmware ?? 'not told')]
      .toSorted(([, a], [, b]) => countOf(b) - countOf(a))
      .map(([version, those]) => ({
        cells: [
          model,
          version,
          `${countOf(those)} of ${countOf(alike)}`,
          those.map(({ node }) => node).join(', '),
        ],
      })),
  );
  return [
    paragraph('Firmware of the cards by model, as they say it, the rarest last:'),
    {
      kind: 'table',
      label: 'Firmware of cards after the conversion, as they say it',
      columns: [plain('Card'), plain('Firmware'), number('Cards'), wide('On')],
      rows,
    },
  ];
}
