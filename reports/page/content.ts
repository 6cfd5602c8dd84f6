import type { CellVerdict } from '../verdict/cell.ts';
import type { Measurement } from '../verdict/measurement.ts';
import type { Conclusion, Trial } from '../verdict/verdict.ts';
import type { VerdictLookup } from '../verdict/verdict-lookup.ts';
import {
  cellMarks,
  cellWords,
  conclusionMarks,
  conclusionWords,
  nodeWords,
} from '../verdict/words/verdict-words.ts';

import type { NodeMap } from './map-nodes.ts';
import type { Drawing } from './pictures.ts';

/**
 * What a section consists of, for every writer: text with its meaning and no markup. Texts may come from a node; a
 * writer cleans and escapes each of them.
 */
export type Content =
  | Paragraph
  | List
  | Definitions
  | Table
  | Fold
  | DefectList
  | Asset
  | NodeMapContent
  | Picture
  | Figures;

/** How much a medium has room for: a terminal is glanced at, a ticket is read, a page is searched. */
export type Depth = 'glance' | 'ticket' | 'page';

/** From which depth on something is shown; everywhere when it says nothing. */
export interface Deep {
  readonly depth?: Depth;
}

export interface Section {
  readonly id: string;
  readonly title: string;
  /** How to read it, for a medium with room beside the matter. */
  readonly note: string;
  readonly content: readonly Content[];
}

/** Good and bad need no word; `doubt` was looked at, `lost` could not be. */
export type Tone = 'good' | 'bad' | 'doubt' | 'lost' | 'none';

export interface Word {
  readonly kind: 'word';
  readonly tone: Tone;
  readonly mark: string;
  readonly text: string;
}

/** A piece of a line. `name`: comes from outside and may read in any direction; `node`: has a report of its own. */
export type Span =
  | string
  | Word
  | {
      readonly kind: 'strong' | 'name' | 'node' | 'code' | 'figure' | 'note' | 'tag' | 'zero';
      readonly text: string;
    };
export type Text = string | readonly Span[];

export interface Paragraph extends Deep {
  readonly kind: 'paragraph';
  readonly text: Text;
  readonly isNote?: boolean;
}

export interface List extends Deep {
  readonly kind: 'list';
  readonly items: readonly Text[];
  /** `paths` are set close, `standings` apart. */
  readonly look?: 'paths' | 'standings';
}

/** Terms, each with one or more names, and what is said of them. */
export interface Definitions extends Deep {
  readonly kind: 'definitions';
  readonly look: 'reasons' | 'facts' | 'commands' | 'digests';
  readonly title?: string;
  readonly rows: readonly { readonly terms: readonly Text[]; readonly text: Text }[];
}

export interface Table extends Deep {
  readonly kind: 'table';
  readonly label: string;
  /** The first cell of a row is its heading. */
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
  /** So few and short columns that it stays a table on every screen. */
  readonly isCompact?: boolean;
}

export interface Column extends Deep {
  readonly title: string;
  /** `group`: rows with the same text are about the same thing and stand together. */
  readonly role?: 'number' | 'word' | 'wide' | 'group';
}

export interface Row extends Deep {
  readonly cells: readonly TableCell[];
  /** What a link to this row is called, on a page that has links. */
  readonly anchor?: string;
  /** What has to be known before any number of the row is used. */
  readonly remark?: Text;
}

export type TableCell = Text | NotedCell | LinesCell | StripCell;

/** `more` says all that the note says in short: a page folds it below the note, a ticket has it instead. */
export interface NotedCell {
  readonly kind: 'noted';
  readonly text: Text;
  readonly note: Text;
  readonly more?: { readonly summary: string; readonly text: string };
}
export interface LinesCell {
  readonly kind: 'lines';
  readonly lines: readonly Text[];
}
/** The single runs of a measurement, drawn. */
export interface StripCell {
  readonly kind: 'strip';
  readonly measurement: Measurement;
}

/** Matter that a reader may skip. A medium that cannot fold shows it or, below its depth, leaves it out. */
export interface Fold extends Deep {
  readonly kind: 'fold';
  readonly summary: Text;
  readonly content: readonly Content[];
  readonly isOpen?: boolean;
}

export interface DefectList extends Deep {
  readonly kind: 'defects';
  readonly entries: readonly DefectEntry[];
}

export interface DefectEntry {
  readonly word: Word;
  /** The node or subject first, then where it is. */
  readonly where: readonly string[];
  readonly owner: string;
  /** `3 cells`. */
  readonly cells: string;
  readonly lines: readonly string[];
  readonly action: string;
  readonly retest: string | undefined;
  readonly proof: Fold;
}

/** What one or more nodes can be used for. */
export interface Asset extends Deep {
  readonly kind: 'asset';
  readonly letter: string;
  readonly nodes: string;
  /** Which machine that is; empty when nothing is known. */
  readonly about: string;
  readonly meaning: string;
  readonly reason: string;
  readonly decidedBy: string | undefined;
  readonly class: { readonly id: string; readonly how: 'claimed' | 'inferred' };
  readonly ladder: Table | undefined;
}

export interface NodeMapContent extends Deep {
  readonly kind: 'node-map';
  readonly map: NodeMap;
  /** Marks and numbers, so that the map needs no colours. */
  readonly legend: string;
}

/** A drawing alone, or several of one kind beside each other with what each is of and says. */
export interface Picture extends Deep {
  readonly kind: 'picture';
  readonly depth: 'page';
  readonly picture: Drawing;
}
export interface Figures extends Deep {
  readonly kind: 'figures';
  readonly depth: 'page';
  readonly items: readonly {
    readonly title: string;
    readonly note: string;
    readonly picture: Drawing;
    readonly below: readonly Text[];
  }[];
}

export const paragraph = (text: Text, depth: Depth = 'glance'): Paragraph => ({
  kind: 'paragraph',
  text,
  depth,
});
export const plain = (title: string): Column => ({ title });
export const wide = (title: string): Column => ({ title, role: 'wide' });
export const number = (title: string): Column => ({ title, role: 'number' });
export const strong = (text: string): Span => ({ kind: 'strong', text });
/** The name of a node of a block, with a link where a page of its own is. */
export const nodeName = ({ pages }: Pick<VerdictLookup, 'pages'>, node: string): Span => ({
  kind: pages.has(node) ? 'node' : 'name',
  text: node,
});
export const code = (text: string): Span => ({ kind: 'code', text });
export const tag = (text: string): Span => ({ kind: 'tag', text });
export const figure = (text: string): Span => ({ kind: 'figure', text });
export const noted = (text: Text, note: Text): NotedCell => ({ kind: 'noted', text, note });

/** A title with what it says of itself: `gate`, `advisory`. */
export const tagged = (title: string, tags: readonly (string | false)[]): Text => [
  title,
  ...tags.filter((each) => each !== false).flatMap((each) => [' ', tag(each)]),
];

const cellTones: Readonly<Record<CellVerdict, Tone>> = {
  fail: 'bad',
  invalid: 'doubt',
  missing: 'doubt',
  inconclusive: 'doubt',
  pass: 'good',
  'not-applicable': 'none',
};

export const conclusionTones: Readonly<Record<Conclusion, Tone>> = {
  pass: 'good',
  fail: 'bad',
  undecided: 'doubt',
  unreached: 'lost',
};

export const cellWord = (verdict: CellVerdict): Word => ({
  kind: 'word',
  tone: cellTones[verdict],
  mark: cellMarks[verdict],
  text: cellWords[verdict],
});

export const conclusionWord = (conclusion: Conclusion): Word => ({
  kind: 'word',
  tone: conclusionTones[conclusion],
  mark: conclusionMarks[conclusion],
  text: conclusionWords[conclusion],
});

/** One node among others. */
export const nodeWord = (conclusion: Conclusion): Word => ({
  kind: 'word',
  tone: conclusionTones[conclusion],
  mark: conclusionMarks[conclusion],
  text: nodeWords[conclusion].one,
});

const trialTones = { good: 'good', bad: 'bad', unknown: 'doubt' } as const;
/** As cells are marked: good met its limit, bad did not, unknown says nothing about those who took part. */
const trialMarks = { good: '●', bad: '✖', unknown: '○' } as const;

export const trialWord = (outcome: Trial['outcome']): Word => ({
  kind: 'word',
  tone: trialTones[outcome],
  mark: trialMarks[outcome],
  text: outcome,
});
