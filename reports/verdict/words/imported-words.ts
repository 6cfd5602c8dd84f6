import type { Held, Imported } from '../imported.ts';
import { formatCount } from './format-count.ts';

export const heldWords: Readonly<Record<Held['outcome'], string>> = {
  reaches: 'reaches the limit',
  misses: 'misses the limit',
  'not-judged': 'not judged',
};

export const heldMarks: Readonly<Record<Held['outcome'], string>> = {
  reaches: '◐',
  misses: '✖',
  'not-judged': '⊘',
};

export const originWords: Readonly<Record<Imported['files'][number]['origin'], string>> = {
  recorded: 'recorded',
  rebuilt: 'rebuilt from public reports',
};

export const importedNote =
  'Nobody here saw these numbers being measured: they are imported. They can be held against limits and compared, and nothing is certified by them.';

/** What was read, in one sentence. */
export function tallyImported({ files, refused, samples }: Imported): string {
  return [
    `${formatCount(samples.length, 'number')} in ${formatCount(files.length, 'log')}`,
    ...(refused.length === 0 ? [] : [`${formatCount(refused.length, 'file')} not understood`]),
  ].join('; ');
}

export const importedSentence = ({ samples, compared, hardware }: Imported): string => {
  const missed = samples.filter(({ held }) => held?.outcome === 'misses').length;
  const worse = compared?.filter(({ outcome }) => outcome === 'inferior').length ?? 0;
  const said = [
    ...(hardware === undefined
      ? []
      : [missed === 0 ? 'no number misses a limit' : `${formatCount(missed, 'number')} missed a limit`]),
    ...(compared === undefined
      ? []
      : [worse === 0 ? 'nothing is shown to be worse' : `${formatCount(worse, 'metric')} shown to be worse`]),
  ].join('; ');
  return `${said === '' ? '' : `${said[0]?.toUpperCase()}${said.slice(1)}. `}Imported numbers certify nothing.`;
};
