import { cleanText } from '../text/clean-text.ts';
import type { Imported } from '../verdict/imported.ts';
import { field } from './punch-list.ts';

const columns = [
  'file',
  'side',
  'session',
  'tool',
  'version',
  'metric',
  'dimensions',
  'device',
  'value',
  'unit',
  'invalid',
  'outcome',
  'limit',
] as const;

/** Every imported number as CSV (RFC 4180, CRLF). */
export const renderImportedCsv = ({ samples, files }: Imported): string =>
  [
    columns,
    ...samples.map(
      ({ file, side, session, tool, metric, dimensions, device, value, unit, invalid, held }) => [
        files[file]?.path ?? '',
        side,
        String(session),
        tool,
        files[file]?.toolVersion ?? '',
        metric,
        Object.entries(dimensions)
          .map(([name, each]) => `${name}=${each}`)
          .join(' '),
        device ?? '',
        String(value),
        unit,
        invalid ?? '',
        held?.outcome ?? '',
        held === undefined || held.outcome === 'not-judged' ? '' : held.limit,
      ],
    ),
  ]
    .map((row) => `${row.map((text) => field(cleanText(text))).join(',')}\r\n`)
    .join('');
