import * as z from 'zod';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import { compareText } from '../../workloads/kit/compare-text.ts';
import { valueOf } from '../../workloads/kit/facts/fact.ts';
import type { HostFacts } from '../../workloads/kit/facts/host-facts.ts';
import type { Requirement } from '../../workloads/kit/requirement.ts';
import { nameOf } from '../../workloads/kit/subject.ts';
import type { DeclaredMetric } from '../../workloads/kit/workload.ts';
import type { PlannedStep, PlannedSubject } from './plan.ts';
import { inSession, soakInSession } from './sessions.ts';
import { describeSubjects } from './subjects.ts';

export const RepairKind = z.enum(['module', 'baseboard', 'dimm', 'cpu', 'cable', 'drive']);
export type RepairKind = z.infer<typeof RepairKind>;

/** A part of a node that somebody has replaced, seated or connected anew, and the session that measures what that touched. */
export const PlannedRepair = z.strictObject({
  session: z.number().int().min(3),
  /** Where it voids a soak: the session of what is measured behind that, once more. */
  afterSoak: z.number().int().min(4).optional(),
  node: z.string(),
  /** As it was called: `GPU5`, a serial number, `dimm`. */
  part: z.string().min(1).max(100),
  kind: RepairKind,
  /** The device that it is, as its node's facts named it before. */
  device: z.string().optional(),
});
export type PlannedRepair = z.infer<typeof PlannedRepair>;

/** What a repair of one kind touches, so that nothing that was measured of it before counts any more. */
export interface Touched {
  /** Devices of this kind: the named one, or all of them. */
  readonly devices?: { readonly of: 'accelerator' | 'drive'; readonly all: boolean };
  /** Metrics on the node whatever device they are about, by the beginning of their names. */
  readonly metrics: readonly string[];
  /** Of the node itself, none of its devices. */
  readonly ofNode: readonly string[];
  /** Every pair and group with this node. */
  readonly across: boolean;
  /** Its soak, and that it stays the same machine over boots. */
  readonly soak: boolean;
  /** The machine was off for it: it is measured behind another boot. */
  readonly boot: boolean;
}

const hostLink = ['memory.hostToDevice', 'memory.deviceToHost'];

/**
 * An accelerator module, its riser or the baseboard: the tray was open, its links touch all others, and its network card shares the
 * switch; so all links and collectives, heat of the whole tray, the rails, the soak and every pair and group. Memory and processor: the
 * host's bandwidths and its links to devices, and the soak. A cable: its rail, the pairs and the group. A drive: itself.
 */
export const touchedBy: Readonly<Record<RepairKind, Touched>> = {
  module: {
    devices: { of: 'accelerator', all: false },
    metrics: ['collective.', 'memory.peerCopy', 'accelerator-health.', 'diagnostics.', 'ports.'],
    ofNode: [],
    across: true,
    soak: true,
    boot: true,
  },
  baseboard: {
    devices: { of: 'accelerator', all: true },
    metrics: ['collective.', 'memory.peerCopy', 'accelerator-health.', 'diagnostics.', 'ports.'],
    ofNode: [],
    across: true,
    soak: true,
    boot: true,
  },
  dimm: { metrics: hostLink, ofNode: ['memory.'], across: false, soak: true, boot: true },
  cpu: {
    metrics: hostLink,
    ofNode: ['memory.', 'sha256.', 'matmul.'],
    across: false,
    soak: true,
    boot: true,
  },
  cable: { metrics: ['ports.'], ofNode: [], across: true, soak: false, boot: false },
  drive: {
    devices: { of: 'drive', all: false },
    metrics: [],
    ofNode: [],
    across: false,
    soak: false,
    boot: false,
  },
};

/** What only this kind of repair explains about a machine that is not what it was: another card, another drive. */
export const explainedBy = (kind: RepairKind): ReadonlySet<string> =>
  new Set(touchedBy[kind].devices === undefined ? [] : [touchedBy[kind].devices.of]);

/** Whether a repair takes the ground from a requirement on a subject of its node, or on a pair or group with it. */
export function isTouched(
  { kind, device }: Pick<PlannedRepair, 'kind' | 'device'>,
  { rule, scope, sampling }: Pick<Requirement, 'rule' | 'scope'> & Partial<Pick<Requirement, 'sampling'>>,
  subject: Pick<PlannedSubject, 'kind' | 'device'>,
  /** Whether the subject was there before: what came with the repair was never measured. */
  wasThere: boolean,
): boolean {
  const { devices, metrics, ofNode, across, soak } = touchedBy[kind];
  if (rule.kind === 'soak' || rule.kind === 'boots') return soak;
  if (sampling === 'windows' && scope !== 'pair' && scope !== 'group') return soak;
  if (rule.kind !== 'metric' && rule.kind !== 'siblings') return false;
  if (scope === 'pair' || scope === 'group') return across;
  const own = scope === 'node' ? [...metrics, ...ofNode] : metrics;
  if (own.some((beginning) => rule.metric.startsWith(beginning))) return true;
  if (devices === undefined || subject.kind !== devices.of) return false;
  return devices.all || subject.device === device || !wasThere;
}

/** What measures a repair, and in which sessions: before the soak that it voids, that soak, and behind it. */
export function planRepair(
  repair: Pick<PlannedRepair, 'kind' | 'device' | 'node'>,
  session: number,
  steps: readonly PlannedStep[],
  requirements: readonly Requirement[],
  metrics: ReadonlyMap<string, DeclaredMetric>,
): { readonly steps: readonly PlannedStep[]; readonly afterSoak?: number } {
  const own = stepsFor(repair, steps, requirements, metrics);
  const isSoakAsked = requirements.some(
    ({ rule, sampling }) => rule.kind === 'soak' || sampling === 'windows',
  );
  const soak =
    touchedBy[repair.kind].soak && isSoakAsked
      ? soakInSession(
          steps.filter(({ node }) => node === repair.node),
          session,
        )
      : [];
  const before = inSession(own, session);
  if (soak.length === 0) return { steps: before };
  const afterSoak = session + 1;
  return { steps: [...before, ...soak, ...inSession(own, afterSoak)], afterSoak };
}

/**
 * The steps of a plan that measure what a repair touches, in the order of the plan: whole entries of the suite, since a step measures
 * all devices of a node at once.
 */
function stepsFor(
  repair: Pick<PlannedRepair, 'kind' | 'device' | 'node'>,
  steps: readonly PlannedStep[],
  requirements: readonly Requirement[],
  metrics: ReadonlyMap<string, DeclaredMetric>,
): readonly PlannedStep[] {
  const { devices, across } = touchedBy[repair.kind];
  const touched = requirements.flatMap((requirement) => {
    const { rule, scope } = requirement;
    if (rule.kind !== 'metric' && rule.kind !== 'siblings') return [];
    const isOfDevice = devices !== undefined && scope === devices.of;
    const subject = isOfDevice ? { kind: devices.of, device: repair.device } : { kind: 'node' as const };
    const metric = metrics.get(rule.metric);
    return metric !== undefined && isTouched(repair, requirement, subject, true) ? [{ scope, metric }] : [];
  });
  return steps.filter(({ node, seat, workload, params }) => {
    const isAcross = seat !== undefined;
    if (isAcross ? !across || !seat.members.some((each) => each.node === repair.node) : node !== repair.node)
      return false;
    return touched.some(
      ({ scope, metric }) =>
        metric.workload === workload &&
        metric.comesFrom?.(params) !== false &&
        isAcross === (scope === 'pair' || scope === 'group'),
    );
  });
}

const wholes: ReadonlyMap<string, RepairKind> = new Map([
  ['baseboard', 'baseboard'],
  ['dimm', 'dimm'],
  ['cpu', 'cpu'],
  ['cable', 'cable'],
]);

/**
 * What a part of a node is: `GPU5` is the sixth accelerator by its address on the bus; a device also by its serial number, UUID or
 * address. Throws USAGE for what the node has not, naming what it has.
 */
export function findPart(
  node: string,
  part: string,
  facts: HostFacts | undefined,
): Pick<PlannedRepair, 'kind' | 'device'> {
  const whole = wholes.get(part.toLowerCase());
  if (whole !== undefined) return { kind: whole };
  const known = describeSubjects(node, facts);
  const [, index] = /^gpu(\d{1,3})$/i.exec(part) ?? [];
  if (index !== undefined) {
    const accelerators = (facts === undefined ? undefined : valueOf(facts.accelerators)) ?? [];
    const { address } =
      accelerators.toSorted((a, b) => compareText(a.address, b.address))[Number(index)] ?? {};
    const device = known.find(
      ({ device: each }) => each !== undefined && 'address' in each && each.address === address,
    )?.subject.device;
    if (device !== undefined && address !== undefined) return { kind: 'module', device };
  }
  const name = nameOf({ kind: 'device', node, device: part });
  const found = known.find(
    ({ names, device }) =>
      names.includes(name) || (device !== undefined && 'name' in device && device.name === part),
  )?.subject;
  if (found?.device !== undefined && found.kind === 'accelerator')
    return { kind: 'module', device: found.device };
  if (found?.device !== undefined && found.kind === 'drive') return { kind: 'drive', device: found.device };
  if (found?.kind === 'nic') return { kind: 'cable' };
  const count = (facts === undefined ? undefined : valueOf(facts.accelerators))?.length ?? 0;
  const own = known.flatMap(({ subject: { device } }) => device ?? []);
  throw new AssayError('USAGE', `expected a part of ${node}, got \`${part}\``, {
    hint: `Name ${[...(count === 0 ? [] : [`GPU0 to GPU${count - 1}`]), 'baseboard', 'dimm', 'cpu', 'cable', ...own.slice(0, 8)].join(', ')}.`,
  });
}
