import type { Said, Spoken } from '../said.ts';

/** What is said inside of something else, as a text. */
export type Say = (spoken: Spoken) => string;

/** A sentence for each thing that is said. */
export type Sentences = {
  readonly [K in Said['say']]: (it: Extract<Said, { readonly say: K }>, say: Say) => string;
};
