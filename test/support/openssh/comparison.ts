/** How what we make of a generated file compares with what the installed OpenSSH makes of it. */
export interface Comparison {
  readonly kind: 'equal' | 'listed' | 'differs';
  /** What differs, or the name in the list. */
  readonly why: string;
  readonly isAcceptedByThem: boolean;
  readonly isAcceptedByUs: boolean;
  /** The files, to see it again. */
  readonly about: string;
}
