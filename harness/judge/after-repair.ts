import type { Requirement } from '../../workloads/kit/requirement.ts';
import type { PlannedSubject } from '../plan/plan.ts';
import { isTouched, touchedBy } from '../plan/repairs.ts';
import type { DecidedRepair } from '../store/coordinator-journal.ts';
import type { FactsDocument, NodeMaterial, RunMaterial } from '../store/run-material.ts';
import type { Dossier } from './dossier.ts';
import type { Replaced } from './machine-changes.ts';

/** The last repair that takes the ground from a requirement on a subject; of a pair or group, one of any of its members. */
export function repairOf(
  requirement: Pick<Requirement, 'rule' | 'scope'>,
  subject: Pick<PlannedSubject, 'kind' | 'device' | 'id'>,
  members: readonly string[],
  { repairs, plan }: Pick<RunMaterial, 'repairs' | 'plan'>,
): DecidedRepair | undefined {
  if (repairs.length === 0) return undefined;
  const wasThere = plan?.subjects.some(({ id }) => id === subject.id) === true;
  return repairs.findLast(
    (repair) => members.includes(repair.node) && isTouched(repair, requirement, subject, wasThere),
  );
}

/** What is known of a node or group from a session on: nothing that was measured or planned before. */
export const since = (dossier: Dossier, session: number): Dossier =>
  withSteps(dossier, (step) => (dossier.planned.get(step)?.session ?? 0) >= session);

/** What was known of a node or group when a session had ended: nothing that was measured or planned behind it. */
export const until = (dossier: Dossier, session: number): Dossier =>
  withSteps(dossier, (step) => (dossier.planned.get(step)?.session ?? Infinity) <= session);

function withSteps(dossier: Dossier, isKept: (step: string) => boolean): Dossier {
  const keep = <T>(all: ReadonlyMap<string, T>): ReadonlyMap<string, T> =>
    new Map([...all].filter(([step]) => isKept(step)));
  const samples = dossier.samples.filter(({ step }) => isKept(step));
  return {
    ...dossier,
    planned: keep(dossier.planned),
    samples,
    byMetric: new Map(
      [...dossier.byMetric].flatMap(([metric, all]) => {
        const kept = all.filter(({ step }) => isKept(step));
        return kept.length === 0 ? [] : [[metric, kept] as const];
      }),
    ),
    checks: keep(dossier.checks),
    unreadable: keep(dossier.unreadable),
    unmeasured: dossier.unmeasured.filter(({ step }) => isKept(step)),
  };
}

/** Whether a part that is gone is one that was repaired: then what is in its place makes no other machine of this one. */
export function replacedOn(node: string, repairs: RunMaterial['repairs']): Replaced {
  const own = repairs.filter((repair) => repair.node === node);
  return (kind, part) =>
    own.some(({ kind: repair, device }) => {
      const { devices } = touchedBy[repair];
      return devices?.of === kind && (devices.all || device === part);
    });
}

/** What keepers saw of a node, and which of them took over behind a boot. */
export interface Looks {
  readonly documents: readonly FactsDocument[];
  readonly restarts: NonNullable<NodeMaterial['restarts']>;
}

/** What keepers saw of a node since its last repair was measured; all that they saw, where none was. */
export function seenSince(
  { id, documents = [], restarts = [], under }: Pick<NodeMaterial, 'id' | 'documents' | 'restarts' | 'under'>,
  { repairs, plan }: Pick<RunMaterial, 'repairs' | 'plan'>,
): Looks {
  const own = repairs.findLast(({ node }) => node === id);
  if (own === undefined || under === undefined) return { documents, restarts };
  const looks = (plan?.steps ?? []).flatMap(({ node, step, session }) => {
    const seen = node === id && session >= own.session ? under.get(step) : undefined;
    return seen === undefined ? [] : [documents.findIndex((document) => document.step === seen)];
  });
  const first = Math.max(0, Math.min(...looks, documents.length - 1));
  return looks.length === 0
    ? { documents, restarts }
    : { documents: documents.slice(first), restarts: restarts.slice(first) };
}

/** The run as it was before its first repair: by it is known what each cell said that a repair has taken the place of. */
export function beforeRepairs(material: RunMaterial): RunMaterial {
  const { repairs, plan } = material;
  const first = Math.min(...repairs.map(({ session }) => session));
  const added = new Set(repairs.map(({ session }) => session));
  const later = new Set(
    (plan?.steps ?? [])
      .filter(({ session }) => session >= first || added.has(session))
      .map(({ node, step }) => JSON.stringify([node, step])),
  );
  const isAdded = (step: string, node: string): boolean => later.has(JSON.stringify([node, step]));
  return {
    ...material,
    repairs: [],
    plan: plan && { ...plan, steps: plan.steps.filter(({ node, step }) => !isAdded(step, node)) },
    nodes: material.nodes.map((node) => {
      const { documents, restarts } = seenBefore(node, first, material);
      return {
        ...node,
        ...(documents.length === 0 ? {} : { documents, restarts }),
        steps: node.steps.filter(({ step }) => !isAdded(step, node.id)),
        samples: node.samples.filter(({ step }) => !isAdded(step, node.id)),
        unreadable: node.unreadable.filter(({ step }) => !isAdded(step, node.id)),
        unmeasured: node.unmeasured?.filter(({ step }) => !isAdded(step, node.id)),
      };
    }),
  };
}

/** What keepers saw before a session. */
function seenBefore(
  { id, documents = [], restarts = [], under }: NodeMaterial,
  session: number,
  { plan }: RunMaterial,
): Looks {
  const looks = (plan?.steps ?? []).flatMap((planned) => {
    const seen = planned.node === id && planned.session >= session ? under?.get(planned.step) : undefined;
    return seen === undefined ? [] : [documents.findIndex((document) => document.step === seen)];
  });
  const end = looks.length === 0 ? documents.length : Math.max(1, Math.min(...looks));
  return { documents: documents.slice(0, end), restarts: restarts.slice(0, end - 1) };
}
