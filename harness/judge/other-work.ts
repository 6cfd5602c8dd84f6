import type { Said } from '../../reports/verdict/said.ts';
import type { Suite } from '../config/suite.ts';
import type { EndedStep } from '../store/run-material.ts';

/** A step of several machines with what was worst of them; one of which it is not known is as bad as any. */
interface SharedStep extends EndedStep {
  readonly busiest?: string;
}

/** The machine beside whose part of a step there was most other work. */
export function busiestOf(
  shares: readonly { readonly member: string; readonly share: EndedStep['otherWork'] }[],
): Pick<SharedStep, 'otherWork' | 'busiest'> {
  const rank = (share: EndedStep['otherWork']): number => (share === 'unknown' ? 2 : (share ?? 0));
  const [first] = shares.toSorted((a, b) => rank(b.share) - rank(a.share));
  return first === undefined ? {} : { otherWork: first.share, busiest: first.member };
}

/** Share of a machine's CPU time that others may take, where the suite says nothing. */
const usual = 0.1;

/** Speeds that were taken beside other work say nothing, on whichever member that was. */
export function whyBusy(
  id: string,
  { otherWork = 0, busiest: node = id }: SharedStep,
  { otherWorkAtMost: atMost = usual }: Suite,
): Said | undefined {
  if (atMost === 1) return undefined;
  if (otherWork === 'unknown') return { say: 'other-work', node, atMost };
  return otherWork > atMost ? { say: 'other-work', node, share: otherWork, atMost } : undefined;
}
