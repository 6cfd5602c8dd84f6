import type { Cell, Verdict } from '../../reports/schema/verdict.ts';
import type { Profile } from '../config/profile.ts';
import { compareText } from '../plan/subjects.ts';
import type { NodeMaterial, RunMaterial } from '../store/run-material.ts';
import { conclude, countCells, describeStanding, exitCodeOf, writeHeadline } from './conclude.ts';
import { assignBlame } from './groups/assign-blame.ts';
import type { GroupCell, GroupFindings } from './groups/judge-groups.ts';
import { groupCellsOf, judgeGroups } from './groups/judge-groups.ts';
import { listTrials } from './groups/list-trials.ts';
import type { PurposeStanding } from './judge-asset.ts';
import { judgeAsset } from './judge-asset.ts';
import type { JudgedCell } from './judge-cells.ts';
import { claimsFor, judgeCells } from './judge-cells.ts';
import { listMeasurements } from './samples/measurements.ts';
import { listAttempts } from './summary/attempts.ts';
import { foldDefects } from './summary/defects.ts';
import { listFacts } from './summary/list-facts.ts';
import { listNotShown } from './summary/not-shown.ts';

/**
 * The verdict on a run: a pure function of what was gathered. The same material gives the same document, byte
 * for byte, in whatever order it was read from disk.
 */
export function judge(given: RunMaterial): Verdict {
  const material = inStableOrder(given);
  const { header, profile, suite, nodes } = material;
  const findings = findAcross(material);
  const across = judgeGroups(profile, material, findings);
  const judged: readonly JudgedCell[] = [
    ...nodes.flatMap((node) => judgeCells(profile, node, material)),
    ...across,
  ];
  const cells = judged.map(({ cell }) => cell);
  const standing = conclude(cells, nodes);
  const ladder = material.ladder.map((each) => ({
    profile: each,
    across: each.id === profile.id ? across : judgeGroups(each, material, findings),
  }));
  const assets = nodes.map((node) => judgePurposes(node, material, ladder));
  return {
    schema: 'assay/verdict',
    schemaVersion: 1,
    assay: material.assay,
    run: { id: header.id, startedAt: header.startedAt, purpose: header.purpose, assay: header.assay },
    profile: {
      id: profile.id,
      version: profile.version,
      title: profile.title,
      digest: material.profileDigest,
    },
    suite: { id: suite.id, version: suite.version },
    kind: isScreening(material) ? 'screening report' : 'test report',
    conclusion: standing.conclusion,
    exitCode: exitCodeOf(standing.conclusion),
    headline:
      profile.family === 'survey' ? surveyHeadline(assets, standing, cells) : writeHeadline(standing, cells),
    counts: { required: countCells(cells, 'required'), advisory: countCells(cells, 'advisory') },
    assets,
    nodes: nodes.map(({ id, reached, why, facts }) => ({
      id,
      reached,
      ...(why === undefined ? {} : { why }),
      facts: listFacts(facts),
    })),
    ...(nodes.length > 1 ? { block: describeBlock(cells, across, material, findings) } : {}),
    cells,
    defects: foldDefects(judged, findings.blames, material),
    measurements: [...listMeasurements(material)],
    attempts: listAttempts(material),
    notShown: listNotShown(cells, material),
    evidence: {
      inputs: material.inputs.map(({ path, sha256 }) => ({ path, sha256 })),
      ...(material.decisions === undefined ? {} : { decisions: material.decisions }),
      journals: nodes.flatMap(({ id, journal }) => (journal === undefined ? [] : [{ node: id, ...journal }])),
    },
  };
}

/** What was measured across nodes, and whom the bad ones are blamed on. */
export function findAcross(material: RunMaterial): GroupFindings {
  const trials = listTrials(material);
  return { trials, blames: assignBlame(trials) };
}

/** How each node of a block stands: by its own cells, and by those across nodes that count for it. */
function describeBlock(
  cells: readonly Cell[],
  across: readonly GroupCell[],
  { nodes, inventory }: RunMaterial,
  { trials, blames }: GroupFindings,
): NonNullable<Verdict['block']> {
  const others = new Set(across.map(({ cell }) => cell.id));
  return {
    nodes: inventory.nodes.map(({ name, rack, slot }) => {
      const own = cells.filter(({ node, id }) => node === name && !others.has(id));
      const all = [...own, ...groupCellsOf(name, across).map(({ cell }) => cell)];
      const standing = conclude(
        all,
        nodes.filter(({ id }) => id === name),
      );
      return {
        id: name,
        conclusion: standing.conclusion,
        reason: describeStanding(standing, all),
        ...(rack === undefined ? {} : { rack }),
        ...(slot === undefined ? {} : { slot }),
      };
    }),
    trials: [...trials],
    blames: [...blames],
  };
}

interface Rung {
  readonly profile: Profile;
  readonly across: readonly GroupCell[];
}

/** How one node stands in every purpose, and what follows from that. */
function judgePurposes(node: NodeMaterial, material: RunMaterial, rungs: readonly Rung[]) {
  const stand = ({ profile, across }: Rung): PurposeStanding => {
    const own = judgeCells(profile, node, material).map(({ cell }) => cell);
    const cells = [...own, ...groupCellsOf(node.id, across).map(({ cell }) => cell)];
    return { profile, cells, ...conclude(cells, [node]) };
  };
  const ladder = rungs.map(stand);
  const intended =
    material.profile.rank === undefined
      ? ladder[0]
      : ladder.find(({ profile }) => profile.id === material.profile.id);
  return judgeAsset(node, claimsFor(node.id, material), intended, ladder);
}

/**
 * A survey screens, whatever it measures; so does a profile that requires a speed and takes fewer runs for it than
 * `typical` does, whether it looks at their median or at each.
 */
const isScreening = ({ header, profile, metrics }: RunMaterial): boolean =>
  header.purpose === 'survey' ||
  profile.requirements.some(
    ({ rule, sampling, level }) =>
      rule.kind === 'metric' &&
      sampling !== 'typical' &&
      level === 'required' &&
      metrics.get(rule.metric)?.correctness !== true,
  );

/**
 * Sorts what came from directories and adds what is only claimed: a node of the inventory without evidence was
 * not reached, and a judged purpose belongs to the ladder even if nobody put it there.
 */
function inStableOrder(material: RunMaterial): RunMaterial {
  const seen = new Set(material.nodes.map(({ id }) => id));
  const unseen = material.inventory.nodes
    .filter(({ name }) => !seen.has(name))
    .map(({ name }) => ({
      id: name,
      reached: false,
      why: 'it left no evidence',
      steps: [],
      samples: [],
      unreadable: [],
      skips: material.skips,
    }));
  const others = material.ladder.filter(({ id, rank }) => id !== material.profile.id && rank !== undefined);
  const ladder = material.profile.rank === undefined ? others : [...others, material.profile];
  return {
    ...material,
    ladder: ladder.toSorted((a, b) => (a.rank ?? 0) - (b.rank ?? 0) || compareText(a.id, b.id)),
    inputs: material.inputs.toSorted((a, b) => compareText(a.path, b.path)),
    nodes: [...material.nodes, ...unseen]
      .toSorted((a, b) => compareText(a.id, b.id))
      .map((node) => ({
        ...node,
        steps: node.steps.toSorted((a, b) => compareText(a.step, b.step)),
        // By everything that a reader can see, so that equal keys are equal samples.
        samples: node.samples
          .map((sample) => ({
            sample,
            key: JSON.stringify([sample.step, sample.metric, sample.subject, sample]),
          }))
          .toSorted((a, b) => compareText(a.key, b.key))
          .map(({ sample }) => sample),
        unreadable: node.unreadable.toSorted(
          (a, b) => compareText(a.step, b.step) || compareText(a.reason, b.reason),
        ),
      })),
  };
}

/** A survey answers what its machine can be used for; its own cells come second. */
function surveyHeadline(
  [asset, ...more]: Verdict['assets'],
  standing: ReturnType<typeof conclude>,
  cells: readonly Verdict['cells'][number][],
): string {
  if (asset === undefined || more.length > 0) return writeHeadline(standing, cells);
  return `Because of ${asset.reason}.`;
}
