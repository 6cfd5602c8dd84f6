import { perObject } from '../../workloads/kit/per-object.ts';
import type { Verdict } from '../verdict/verdict.ts';
import type { VerdictLookup } from '../verdict/verdict-lookup.ts';
import { kindNote, partWords } from '../verdict/words/verdict-words.ts';
import { assetsSection } from './assets.ts';
import { attemptsSection, blockAttemptsSection } from './attempts.ts';
import { besideSection } from './beside.ts';
import { blockMeasurementsSection } from './block-measurements.ts';
import { blockShownSection } from './block-shown.ts';
import { blockCellsSection, cellsSection } from './cells.ts';
import { checkSection } from './check.ts';
import { conditionsSection } from './conditions.ts';
import type { Section } from './content.ts';
import { contractSection } from './contract.ts';
import { countsSection } from './counts.ts';
import { machinesSection } from './machines.ts';
import { measurementsSection } from './measurements.ts';
import { nodeMapSection } from './node-map.ts';
import { notShownSection } from './not-shown.ts';
import type { Opening } from './opening.ts';
import { openingOf } from './opening.ts';
import { outliersSection } from './outliers.ts';
import { punchListSection } from './punch-list.ts';
import { repairsSection } from './repairs.ts';
import { shownSection } from './shown.ts';
import { soakSection } from './soak.ts';
import { trialsSection } from './trials.ts';

/** What a report is about and how it opens. */
export interface PageHead extends Pick<Verdict, 'run' | 'profile' | 'suite' | 'assay'> {
  /** `Screening report`. */
  readonly title: string;
  /** `Storage (storage 1.0)`: which promise was checked. */
  readonly promise: string;
  /** `2026-11-23 08:10 UTC`. */
  readonly moment: string;
  /** What such a report certifies, and what not, and what was allowed for it. */
  readonly note: string;
  /** Of how many nodes it is about; absent when it is not about many together. */
  readonly nodes: number | undefined;
  /** Which node of a block it is about, where that is, and how the block stands. */
  readonly part: { readonly node: string; readonly place: string; readonly words: string } | undefined;
  readonly opening: Opening;
}

/** A report for readers, before it is written in some format. */
export interface Page extends PageHead {
  readonly sections: readonly Section[];
}

/** Made once for all writers: that of a block goes through a quarter of a million cells several times. */
export const createPage = perObject(
  (lookup: VerdictLookup): Page => ({
    ...headOf(lookup),
    sections: writtenBy(lookup).map((section) => section(lookup)),
  }),
);

/** The sections of a page that is read once: those of a node are made one after the other, and each is let go. */
export function* sectionsOf(lookup: VerdictLookup): Generator<Section> {
  if (lookup.isBlock) yield* createPage(lookup).sections;
  else for (const section of writtenBy(lookup)) yield section(lookup);
}

const writtenBy = ({ verdict, isBlock }: VerdictLookup): readonly SectionOf[] =>
  isBlock ? blockSections(verdict.profile.id === 'survey') : nodeSections;

export const headOf = perObject(makeHead);

function makeHead(lookup: VerdictLookup): PageHead {
  const { verdict, isBlock } = lookup;
  const { run, profile, suite, assay, kind } = verdict;
  return {
    run,
    profile,
    suite,
    assay,
    title: kind.charAt(0).toUpperCase() + kind.slice(1),
    promise: `${profile.title} (${profile.id} ${profile.version})`,
    moment: formatMoment(run.startedAt),
    note: `${kindNote(verdict)}${otherWorkNote(suite.otherWorkAtMost)}${unattendedNote(run.unattended)}`,
    nodes: isBlock ? verdict.nodes.length : undefined,
    part: partOf(verdict),
    opening: openingOf(lookup),
  };
}

const otherWorkNote = (atMost: number | undefined): string =>
  atMost === undefined
    ? ''
    : ` Its suite lets other work take ${Math.round(atMost * 100)} % of a machine while a speed is measured.`;

const unattendedNote = (by: string | undefined): string =>
  by === undefined ? '' : ` Heavy load went on without its coordinator by the word of ${by}.`;

type SectionOf = (lookup: VerdictLookup) => Section;

/** One machine, or a few that were surveyed one by one: everything is on the page. */
const nodeSections: readonly SectionOf[] = [
  assetsSection,
  contractSection,
  countsSection,
  punchListSection,
  repairsSection,
  shownSection,
  notShownSection,
  measurementsSection,
  cellsSection,
  machinesSection,
  soakSection,
  trialsSection,
  attemptsSection,
  checkSection,
];

/**
 * Many nodes: what they amount to together. What is about one of them alone is in its own report. What each can be used
 * for is the answer of a survey; of a block that was promised something it is a consequence.
 */
const blockSections = (isSurvey: boolean): readonly SectionOf[] => [
  nodeMapSection,
  ...(isSurvey ? [assetsSection] : []),
  contractSection,
  punchListSection,
  repairsSection,
  blockShownSection,
  notShownSection,
  soakSection,
  trialsSection,
  outliersSection,
  besideSection,
  blockMeasurementsSection,
  countsSection,
  blockCellsSection,
  ...(isSurvey ? [] : [assetsSection]),
  blockAttemptsSection,
  conditionsSection,
  checkSection,
];

function partOf({ block }: Verdict): PageHead['part'] {
  const [node] = block?.nodes ?? [];
  if (block?.whole === undefined || node === undefined) return undefined;
  return {
    node: node.id,
    place: [node.rack, node.slot].filter((each) => each !== undefined && each !== '').join(' / '),
    words: partWords(block.whole),
  };
}

/** An ISO 8601 UTC time for a title line. */
export function formatMoment(iso: string): string {
  const [, day, time] = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2})/.exec(iso) ?? [];
  return day === undefined || time === undefined ? iso : `${day} ${time} UTC`;
}
