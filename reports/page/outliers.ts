import { nodeOrGroupOf } from '../../workloads/kit/subject.ts';
import type { Outlier } from '../verdict/verdict.ts';
import type { VerdictLookup } from '../verdict/verdict-lookup.ts';
import { foldNodeSet } from '../verdict/words/fold-names.ts';
import { formatDimensions } from '../verdict/words/format-dimensions.ts';
import { formatQuantity } from '../verdict/words/format-quantity.ts';
import type { Section } from './content.ts';
import { noted, number, paragraph, plain, wide } from './content.ts';

/** Parts that are far slower than equal ones in the same place of other nodes. */
export function outliersSection({ verdict: { outliers = [] } }: VerdictLookup): Section {
  return {
    id: 'outliers',
    title: 'Unlike the others',
    note: 'Equal parts in the same place of their nodes, compared with each other. A hint where to look: no verdict rests on it.',
    content:
      outliers.length === 0
        ? []
        : [
            {
              ...paragraph(
                'Named are those more than 3 % and further from the median than the worst of as many equal parts would be in one of a thousand groups. Where there are two kinds, the worse one is named, and nobody in it is an outlier.',
                'ticket',
              ),
              isNote: true,
            },
            {
              kind: 'table',
              depth: 'ticket',
              label: 'Unlike the others',
              columns: [plain('What'), plain('Where'), number('Median of all'), wide('Which')],
              rows: outliers.map((outlier) => ({
                cells: [
                  noted(outlier.title, formatDimensions(outlier.dimensions)),
                  noted(outlier.slot, `${outlier.of} × ${outlier.model}`),
                  middleOf(outlier),
                  whoOf(outlier),
                ],
              })),
            },
          ],
  };
}

const middleOf = (outlier: Outlier): string =>
  outlier.kind === 'outliers'
    ? formatQuantity(outlier.median, outlier.unit)
    : `two groups: ${outlier.medians.map((each) => formatQuantity(each, outlier.unit)).join(' and ')}`;

const mostNamed = 8;

function whoOf({ kind, parts, of, unit }: Outlier): string {
  // The place in the node stands in the row already.
  const nameOfNode = ({ subject }: Outlier['parts'][number]): string => nodeOrGroupOf(subject);
  if (kind === 'two-groups')
    return `${parts.length} of ${of} are of the worse one: ${foldNodeSet([...new Set(parts.map(nameOfNode))])}`;
  const named = parts
    .slice(0, mostNamed)
    .map((part) => `${nameOfNode(part)} (${formatQuantity(part.value, unit)})`);
  return parts.length > mostNamed
    ? `${named.join(', ')} and ${parts.length - mostNamed} more`
    : named.join(', ');
}
