import { AssayError } from '../../workloads/kit/assay-error.ts';

/** `--margin`: a share in (0, 0.5], as `0.03` or `3%`; more than half of it lost is no margin. Throws USAGE. */
export function readMargin(text: string): number {
  const [, digits = '', sign = ''] = /^(\d{0,3}(?:\.\d{1,6})?)\s*(%?)$/.exec(text.trim()) ?? [];
  const share = digits === '' ? Number.NaN : Number(digits) / (sign === '%' ? 100 : 1);
  if (share > 0 && share <= 0.5) return share;
  throw new AssayError(
    'USAGE',
    `expected --margin to be a share above 0 and up to 0.5, got \`${text.slice(0, 80)}\``,
    {
      hint: 'Give it as a share or in per cent: --margin 0.03, --margin 3%.',
    },
  );
}
