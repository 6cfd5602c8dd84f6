import { AssayError } from '../../workloads/kit/assay-error.ts';

/** A file of a run that is not what a header, a chain or a plan says it is. */
export class EvidenceDamaged extends AssayError {
  readonly file: string;
  readonly expected: string;
  readonly found: string;

  constructor(file: string, expected: string, found: string, cause?: unknown) {
    super('EVIDENCE_DAMAGED', `${file}: expected ${expected}, found ${found}`, {
      cause,
      hint: 'Fetch the run directory again from where it was made; a changed one proves nothing.',
    });
    this.file = file;
    this.expected = expected;
    this.found = found;
  }
}

export const damaged = (file: string, expected: string, found: string, cause?: unknown): EvidenceDamaged =>
  new EvidenceDamaged(file, expected, found, cause);
