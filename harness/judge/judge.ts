import { sha256 } from '../../agents/protocol/chain.ts';
import { countCells, exitCodeOf } from '../../reports/verdict/algebra.ts';
import { acceptedNodes, concludeBlock, lackingTogether } from '../../reports/verdict/conclude-block.ts';
import type { Said } from '../../reports/verdict/said.ts';
import { samplesPath, samplesText } from '../../reports/verdict/samples.ts';
import type { Block, Verdict } from '../../reports/verdict/verdict.ts';
import type { Profile } from '../config/profile.ts';
import type { NodeMaterial, RunMaterial } from '../store/run-material.ts';
import { beforeRepairs } from './after-repair.ts';
import { conclude, describeStanding, writeHeadline } from './conclude.ts';
import type { Dossier } from './dossier.ts';
import { assignBlame } from './groups/assign-blame.ts';
import type { GroupCell, GroupFindings } from './groups/judge-groups.ts';
import { groupCellsOf, judgeAccepted, judgeGroups } from './groups/judge-groups.ts';
import { listTrials } from './groups/list-trials.ts';
import type { PurposeStanding } from './judge-asset.ts';
import { judgeAsset } from './judge-asset.ts';
import type { JudgedCell } from './judge-cells.ts';
import { findClosedGates, judgeCells } from './judge-cells.ts';
import { RunDossier } from './run-dossier.ts';
import { listMeasurements } from './samples/measurements.ts';
import { listAttempts } from './summary/attempts.ts';
import { describeContract, waiverOf } from './summary/contract.ts';
import { foldDefects } from './summary/defects.ts';
import { describeOutliers } from './summary/describe-outliers.ts';
import { describeRepairs } from './summary/describe-repairs.ts';
import { describeSoak } from './summary/describe-soak.ts';
import { listFacts } from './summary/list-facts.ts';
import { listNotShown } from './summary/not-shown.ts';

/**
 * The verdict on a run: a pure function of what was gathered. The same material gives the same document, byte
 * for byte, in whatever order it was read from disk.
 */
export function judge(given: RunMaterial): Verdict {
  const index = new RunDossier(given);
  const { nodes, material } = index;
  const { header, profile, suite } = material;
  const findings = findAcross(index);
  const waive = waiverOf(index);
  const own = new Map(nodes.map((node) => [node.id, waive(judgeCells(profile, node, index))]));
  const planned = waive(judgeGroups(profile, index, findings));
  const { quota } = quotaOf(index);
  const accepted = quota && acceptedNodes(describeBlock(own, planned, index, findings));
  // What exactly those did together that a contract takes decides for them, as a cell of its own.
  const across =
    accepted === undefined
      ? planned
      : [...planned, ...waive(judgeAccepted(profile, accepted, index, findings))];
  const judged: readonly JudgedCell[] = [...[...own.values()].flat(), ...across];
  const cells = judged.map(({ cell }) => cell);
  const block = nodes.length > 1 ? describeBlock(own, across, index, findings) : undefined;
  const standing = concludeWith(block, cells, nodes);
  const ladder = material.ladder.map((each): Rung => {
    if (each.id === profile.id)
      return { profile, own: (node) => own.get(node.id) ?? [], across: byMember(across) };
    const rung = judgeGroups(each, index, findings);
    return { profile: each, own: (node) => judgeCells(each, node, index), across: byMember(rung) };
  });
  const damage = nodes.flatMap(({ id, damage: found }) =>
    found === undefined ? [] : [{ node: id, ...found }],
  );
  const measurements = listMeasurements(index);
  const assets = nodes.map((node) => judgePurposes(node, index, profile, ladder));
  return {
    schema: 'assay/verdict',
    schemaVersion: 2,
    assay: material.assay,
    run: runOf(header),
    profile: {
      id: profile.id,
      version: profile.version,
      title: profile.title,
      digest: material.profileDigest,
    },
    suite: {
      id: suite.id,
      version: suite.version,
      ...(suite.otherWorkAtMost === undefined ? {} : { otherWorkAtMost: suite.otherWorkAtMost }),
    },
    kind: isScreening(material) ? 'screening report' : 'test report',
    conclusion: standing.conclusion,
    exitCode: exitCodeOf(standing.conclusion, damage, header.rehearsal),
    headline:
      profile.family === 'survey'
        ? surveyHeadline(assets, standing, cells)
        : (quotaHeadline(block, cells) ?? writeHeadline(standing, cells)),
    counts: { required: countCells(cells, 'required'), advisory: countCells(cells, 'advisory') },
    assets,
    nodes: material.nodes.map(({ id, reached, sameAs, why, facts, restarts = [], documents = [] }) => ({
      id,
      reached,
      ...(why === undefined ? {} : { why }),
      ...(sameAs === undefined ? {} : { sameAs }),
      ...(restarts.length === 0 ? {} : { restarts: describeRestarts(restarts, documents) }),
      facts: listFacts(facts),
    })),
    ...(block === undefined ? {} : { block }),
    ...(header.rehearsal === true ? { rehearsal: true } : {}),
    ...describeSoak(index),
    ...describeOutliers(measurements, index),
    cells,
    ...describeContract(index, cells),
    ...describeRepairs(given, cells, () => judge(beforeRepairs(given))),
    defects: foldDefects(judged, findings.blames, index),
    measurements: [...measurements],
    attempts: listAttempts(index),
    notShown: listNotShown(cells, index),
    evidence: {
      inputs: material.inputs.map(({ path, sha256 }) => ({ path, sha256 })),
      ...(material.decisions === undefined ? {} : { decisions: material.decisions }),
      ...(damage.length === 0 ? {} : { damage }),
      journals: material.nodes.flatMap(({ id, journal }) =>
        journal === undefined ? [] : [{ node: id, ...journal }],
      ),
      samples: material.nodes
        .filter(({ samples }) => samples.length > 0)
        .map(({ id: node, samples }) => ({
          node,
          path: samplesPath(node),
          sha256: sha256(samplesText({ run: header.id, node, samples })),
        })),
    },
  };
}

/** How all nodes together stand, or under a quota that is met those that the contract takes. */
function concludeWith(
  block: Block | undefined,
  cells: Verdict['cells'],
  nodes: readonly Dossier[],
): ReturnType<typeof conclude> {
  const standing = conclude(cells, nodes);
  return block?.quota === undefined ? standing : { ...standing, conclusion: concludeBlock(block, cells) };
}

/** What decided is not a node that the contract lets go of. */
function quotaHeadline(block: Block | undefined, cells: Verdict['cells']): Said | undefined {
  const accepted = block && acceptedNodes(block);
  if (block?.quota === undefined || accepted === undefined || accepted.size === block.nodes.length)
    return undefined;
  const without = [...lackingTogether(block, cells)];
  return { say: 'quota', ...block.quota, accepted: accepted.size, without };
}

/** What a verdict says of the run that it is about. */
export const runOf = ({
  id,
  startedAt,
  purpose,
  assay,
  unattended,
}: RunMaterial['header']): Verdict['run'] => ({
  id,
  startedAt,
  purpose,
  assay,
  ...(unattended === undefined ? {} : { unattended }),
});

/** What was measured across nodes, and whom the bad ones are blamed on. */
export function findAcross(index: RunDossier): GroupFindings {
  const trials = listTrials(index);
  return {
    trials,
    blames: assignBlame(trials),
    closedGates: (node) => index.once(`gates ${node}`, () => findClosedGates(node, index)),
  };
}

/** The cells across nodes by each of the nodes that they are about. */
const byMember = (across: readonly GroupCell[]): ReadonlyMap<string, readonly GroupCell[]> => {
  const all = new Map<string, GroupCell[]>();
  for (const cell of across)
    for (const member of cell.members) {
      const those = all.get(member);
      if (those === undefined) all.set(member, [cell]);
      else those.push(cell);
    }
  return all;
};

/** Keepers that took over, each with the facts that it took; the last may have ended before it took any. */
const describeRestarts = (
  restarts: NonNullable<NodeMaterial['restarts']>,
  [, ...documents]: NonNullable<NodeMaterial['documents']>,
) =>
  restarts.map(({ rebooted }, place) => {
    const facts = documents[place]?.step;
    return { rebooted, ...(facts === undefined ? {} : { facts }) };
  });

/** How each node of a block stands: by its own cells, and by those across nodes that count for it. */
function describeBlock(
  own: ReadonlyMap<string, readonly JudgedCell[]>,
  across: readonly GroupCell[],
  index: RunDossier,
  { trials, blames }: GroupFindings,
): Block {
  const members = byMember(across);
  return {
    nodes: index.material.inventory.nodes.map(({ name, rack, slot }) => {
      const node = index.node(name);
      const all = [...(own.get(name) ?? []), ...groupCellsOf(name, members.get(name) ?? [])].map(
        ({ cell }) => cell,
      );
      const standing = conclude(all, node === undefined ? [] : [node]);
      return {
        id: name,
        conclusion: standing.conclusion,
        reason:
          node?.sameAs === undefined
            ? describeStanding(standing, all)
            : { say: 'same-machine', node: node.sameAs },
        ...(rack === undefined ? {} : { rack }),
        ...(slot === undefined ? {} : { slot }),
      };
    }),
    trials: [...trials],
    blames: [...blames],
    ...quotaOf(index),
  };
}

/** The quota of a contract for the profile that is judged by. */
const quotaOf = ({ material: { contract, profile } }: RunDossier): Pick<Block, 'quota'> =>
  contract?.quota === undefined || contract.profile !== profile.id ? {} : { quota: contract.quota };

interface Rung {
  readonly profile: Profile;
  readonly own: (node: Dossier) => readonly JudgedCell[];
  readonly across: ReadonlyMap<string, readonly GroupCell[]>;
}

/** How one node stands in every purpose, and what follows from that. */
function judgePurposes(node: Dossier, index: RunDossier, judged: Profile, rungs: readonly Rung[]) {
  const ladder = rungs.map(({ profile, own, across }): PurposeStanding => {
    const cells = [...own(node), ...groupCellsOf(node.id, across.get(node.id) ?? [])].map(({ cell }) => cell);
    return { profile, cells, ...conclude(cells, [node]) };
  });
  const intended =
    judged.rank === undefined ? ladder[0] : ladder.find(({ profile }) => profile.id === judged.id);
  return judgeAsset(node, index, intended, ladder);
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
      sampling !== 'windows' &&
      level === 'required' &&
      metrics.get(rule.metric)?.correctness !== true,
  );

/** A survey answers what its machine can be used for; its own cells come second. */
function surveyHeadline(
  [asset, ...more]: Verdict['assets'],
  standing: ReturnType<typeof conclude>,
  cells: readonly Verdict['cells'][number][],
): Said {
  if (asset === undefined || more.length > 0) return writeHeadline(standing, cells);
  return { say: 'because', reason: asset.reason };
}
