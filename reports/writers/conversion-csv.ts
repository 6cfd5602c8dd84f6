import { cleanText } from '../text/clean-text.ts';
import type { Conversion, ConvertedSide } from '../verdict/conversion.ts';
import { residualWords, toldWords } from '../verdict/words/conversion-words.ts';
import { say } from '../verdict/words/say.ts';
import { field } from './punch-list.ts';

const ofSide = [
  'node',
  'rack',
  'slot',
  'model',
  'class',
  'letter',
  'reason',
  'watts',
  'label',
  'watts at rest',
  'joules',
  'J per hash',
  'J per TFLOP',
  'at work',
  'told by itself',
] as const;

/** Every machine of both sides as CSV (RFC 4180, CRLF). */
export const renderConversionCsv = ({ assets }: Conversion): string =>
  [
    [
      ...ofSide.map((name) => `${name} before`),
      ...ofSide.map((name) => `${name} after`),
      'same by',
      'change',
    ],
    ...assets.map(({ before, after, how, change }) => [
      ...fieldsOf(before),
      ...fieldsOf(after),
      how ?? '',
      change,
    ]),
  ]
    .map((row) => `${row.map((text) => field(cleanText(text))).join(',')}\r\n`)
    .join('');

function fieldsOf(side: ConvertedSide | undefined): readonly string[] {
  if (side === undefined) return ofSide.map(() => '');
  const { power, energy } = side;
  return [
    side.node,
    side.rack ?? '',
    side.slot ?? '',
    side.model ?? '',
    side.class,
    side.letter,
    say(side.reason),
    String(power?.watts ?? ''),
    power?.label ?? '',
    String(side.restWatts ?? ''),
    String(energy?.joules ?? ''),
    String(energy?.joulesPerHash ?? ''),
    String(energy?.joulesPerTeraFlop ?? ''),
    residualWords(side),
    toldWords(side) ?? '',
  ];
}
