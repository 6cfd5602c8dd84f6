import type { Section, Tone } from './content.ts';

/** A report that is not about one run: what every writer needs of it. */
export interface Paper {
  readonly title: string;
  /** What it is about, in one line. */
  readonly promise: string;
  /** What it says and what it does not. */
  readonly note: string;
  /** The version that wrote it. */
  readonly assay: string;
  readonly particulars: readonly { readonly term: string; readonly text: string }[];
  readonly opening: {
    readonly tone: Tone;
    readonly mark: string;
    readonly words: string;
    readonly tally: string | undefined;
    readonly sentence: string;
    readonly exit: string;
  };
  readonly sections: readonly Section[];
}
