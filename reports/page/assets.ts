import type { AssetVerdict, Verdict } from '../verdict/verdict.ts';
import type { VerdictLookup } from '../verdict/verdict-lookup.ts';
import { describeLetters, familyWords } from '../verdict/words/asset-words.ts';
import { foldNames } from '../verdict/words/fold-names.ts';
import { formatNodeFact } from '../verdict/words/format-fact.ts';
import { say } from '../verdict/words/say.ts';
import { noReason } from '../verdict/words/verdict-words.ts';
import type { Asset, Content, Section, Table } from './content.ts';
import { conclusionWord, paragraph, plain, strong, wide } from './content.ts';

/** Above this many different answers a table is what can be read. */
const mostAssets = 8;

/** What each node can be used for, with the one reason that decided, and the ladder of purposes it was put to. */
export function assetsSection(lookup: VerdictLookup): Section {
  const { assets, nodes } = lookup.verdict;
  // Those that differ in nothing but the node stand together, the first one speaks for all.
  const groups = [...Map.groupBy(assets, (asset) => JSON.stringify({ ...asset, node: '' })).values()];
  const unreached = lookup.isBlock ? [] : nodes.filter((node) => !node.reached);
  return {
    id: 'assets',
    title: 'What it can be used for',
    note: 'A for the intended purpose, B for a lesser one of its kind, C for the facility only, D not for AI by construction, U undecided or to be repaired.',
    content: [
      ...(assets.length === 0 ? [paragraph('No node was classified.')] : []),
      ...(groups.length > mostAssets
        ? [assetTable(groups)]
        : groups.flatMap(([asset, ...more]) =>
            asset === undefined ? [] : assetsOf(asset, [asset, ...more], lookup),
          )),
      ...unreachedList(unreached),
    ],
  };
}

const namesOf = (assets: readonly AssetVerdict[]): string => foldNames(assets.map(({ node }) => node));

const assetTable = (groups: readonly (readonly AssetVerdict[])[]): Table => ({
  kind: 'table',
  label: 'What each node can be used for',
  columns: [plain('Nodes'), wide('Verdict'), wide('Decided by')],
  rows: groups.flatMap((members) =>
    members.slice(0, 1).map((asset) => ({
      cells: [
        [{ kind: 'name', text: namesOf(members) }],
        [strong(describeLetters(asset))],
        say(asset.reason),
      ],
    })),
  ),
});

/** One entry for each family of purposes, that of the intended one first and with what is alike for all. */
function assetsOf(
  asset: AssetVerdict,
  members: readonly AssetVerdict[],
  lookup: VerdictLookup,
): readonly Asset[] {
  const { others = [], family, ladder } = asset;
  const entry = (letter: Letter, more: Pick<Asset, 'about' | 'ladder'>): Asset => ({
    kind: 'asset',
    letter: letter.verdict,
    nodes: `${namesOf(members)}${letter.family === undefined ? '' : `, for ${familyWords[letter.family]}`}`,
    meaning: say(letter.meaning),
    reason: say(letter.reason),
    decidedBy: letter.decidedBy,
    class: asset.class,
    ...more,
  });
  return [
    entry(
      { ...asset, family },
      {
        about: members.length > 1 ? `${members.length} nodes` : machineOf(lookup.nodes.get(asset.node)),
        ladder: {
          kind: 'table',
          label: `Purposes of ${asset.node}, best first`,
          columns: [
            plain('Purpose'),
            { title: 'Conclusion', role: 'word' },
            { title: 'Reason', role: 'wide', depth: 'ticket' },
          ],
          rows: ladder.map((rung) => ({
            cells: [rung.profile, [conclusionWord(rung.conclusion)], say(rung.reason)],
          })),
        },
      },
    ),
    ...others.map((letter) => entry(letter, { about: '', ladder: undefined })),
  ];
}

type Letter = Pick<AssetVerdict, 'family' | 'verdict' | 'meaning' | 'reason' | 'decidedBy'>;

/** Which machine this is, in one line: host name, product, processor, memory, as far as they are known. */
const machineOf = (node: Verdict['nodes'][number] | undefined): string =>
  ['identity.hostName', 'identity.product', 'cpu.model', 'memory.totalBytes']
    .flatMap(
      (path) =>
        node?.facts.filter(({ group, name, value }) => `${group}.${name}` === path && value !== undefined) ??
        [],
    )
    .map((fact) => formatNodeFact(fact).value)
    .join(', ');

const unreachedList = (nodes: Verdict['nodes']): readonly Content[] =>
  nodes.length === 0
    ? []
    : [
        paragraph('Not reached:', 'page'),
        {
          kind: 'list',
          depth: 'page',
          items: nodes.map(({ id, why }) => [strong(id), `: ${why === undefined ? noReason : say(why)}`]),
        },
      ];
