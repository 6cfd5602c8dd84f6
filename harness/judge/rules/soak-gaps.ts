import type { Said } from '../../../reports/verdict/said.ts';
import type { Limit } from '../../../workloads/kit/limit.ts';
import type { Dossier, JudgedSample } from '../dossier.ts';
import type { Outcome } from '../outcome.ts';
import { invalid, missing } from '../outcome.ts';
import type { RunDossier } from '../run-dossier.ts';
import type { WindowSeen } from '../samples/soak.ts';
import type { EntryRead } from '../samples/soak-readings.ts';
import { idOf, isLoad, readSoak, unservedOn } from '../samples/soak-readings.ts';
import { foldFates } from '../samples/step-fate.ts';

/** Of a window's length so much has to be under load: programs are built, and files are filled, in the rest. */
const leastShare = 0.9;

/** Windows of which something left no evidence, or none that can be read. */
export function findLost(windows: readonly WindowSeen[], { id }: Dossier): Outcome | undefined {
  const all = windows.flatMap(({ fates }) => fates);
  const open = all.filter(({ isEvidence }) => !isEvidence);
  if (open.length === 0) return undefined;
  const cause = { of: id, why: 'not-run', in: 'soak' } as const;
  const fates = foldFates(open);
  return open.length === all.length
    ? missing('not-run', { say: 'fates', fates }, cause)
    : invalid({ say: 'repetitions', done: all.length - open.length, of: all.length, fates }, cause);
}

/** What of a soak no tool could do on a node, where `limits` are held against it: of what these are about. */
export function findUnserved(
  node: Dossier,
  index: RunDossier,
  limits?: readonly Limit[],
): Outcome | undefined {
  const { metrics } = index.material;
  const unserved = unservedOn(node, index).filter(
    ({ entry: { workload, params } }) =>
      limits?.some(({ metric }) => {
        const declared = metrics.get(metric);
        return declared?.workload === workload && declared.comesFrom?.(params) !== false;
      }) ?? true,
  );
  if (unserved.length === 0) return undefined;
  const entries = unserved.map(({ entry, reason }) => ({ entry: entry.id, reason }));
  return missing('no-tool', { say: 'no-tool', entries }, { of: node.id, why: 'no-tool', in: 'soak' });
}

/** Why a node was not under load through all windows: nothing loads it, one of its parts was left out, or a window was short. */
export function findIdle(
  windows: readonly WindowSeen[],
  node: Dossier,
  index: RunDossier,
): Outcome | undefined {
  const cause = { of: node.id, why: 'not-run', in: 'soak' } as const;
  const loads = readSoak(node, index).filter(({ steps }) => steps.some((step) => isLoad(step, index)));
  if (loads.length === 0) return missing('not-run', { say: 'soak-idle' }, cause);
  for (const read of loads) {
    // Beside the work of others it was loaded, however little its speeds say.
    const samples = read.samples.filter((each) => isUsable(each) || each.invalid?.say === 'other-work');
    for (const subject of read.subjects.length > 0 ? read.subjects : [node.id]) {
      const gap = sayWithout(read, samples, { subject, what: read.entry, node });
      if (gap !== undefined) return invalid(gap, cause);
    }
  }
  const { suite, header } = index.material;
  // A rehearsal puts on what it likes.
  if (suite.soak === undefined || header.rehearsal === true) return undefined;
  const planned = suite.soak.seconds / suite.soak.windows;
  const ordinals = new Map(windows.map((window) => [window.ordinal, underLoad(window, node, index)]));
  const [short] = [...ordinals].filter(([, seconds]) => seconds < leastShare * planned);
  if (short === undefined) return undefined;
  const [window, seconds] = short;
  const found = { window, seconds: Math.floor(seconds), planned: Math.round(planned) };
  return missing('not-run', { say: 'soak-hasty', ...found }, cause);
}

/** As long as the longest of its steps that load something. */
const underLoad = ({ steps }: WindowSeen, node: Dossier, index: RunDossier): number =>
  Math.max(
    0,
    ...steps.filter((step) => isLoad(step, index)).map(({ step }) => node.steps.get(step)?.durationMs ?? 0),
  ) / 1000;

export const isUsable = ({ invalid: why, value }: JudgedSample): boolean =>
  why === undefined && Number.isFinite(value);

/** The windows of an entry in which none of these samples is about a part, if there are any. */
export function sayWithout(
  { steps, samples: all }: EntryRead,
  samples: readonly JudgedSample[],
  { subject, what, node }: { readonly subject: string; readonly what: string; readonly node: Dossier },
): Said | undefined {
  const isOf = (sample: JudgedSample): boolean => idOf(sample.subject, node) === subject;
  const seen = new Set(samples.filter(isOf).map(({ step }) => step));
  const without = steps.filter(({ step }) => !seen.has(step));
  if (without.length === 0) return undefined;
  const lacking = new Set(without.map(({ step }) => step));
  const why =
    all.find((sample) => lacking.has(sample.step) && isOf(sample) && sample.invalid !== undefined)?.invalid ??
    quoted(
      node.unmeasured.find((each) => lacking.has(each.step) && idOf(each.subject, node) === subject)?.why,
    );
  return {
    say: 'soak-without',
    what,
    subject,
    windows: without.map(({ repetition }) => repetition),
    of: steps.length,
    ...(why === undefined ? {} : { why }),
  };
}

const quoted = (text: string | undefined): Said | undefined =>
  text === undefined ? undefined : { say: 'quoted', text };
