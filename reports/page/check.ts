import { shellQuote, shellWord } from '../../workloads/kit/shell-quote.ts';
import { cleanText } from '../text/clean-text.ts';
import { isUnmet } from '../verdict/algebra.ts';
import type { VerdictLookup } from '../verdict/verdict-lookup.ts';
import { formatCount } from '../verdict/words/format-count.ts';
import { exitWords } from '../verdict/words/verdict-words.ts';
import type { Section } from './content.ts';
import { code, paragraph } from './content.ts';

/** How somebody who believes none of this can check it. */
export function checkSection({ verdict }: VerdictLookup): Section {
  const { inputs, journals } = verdict.evidence;
  const run = printedWord(verdict.run.id);
  const cell = verdict.cells.find((each) => each.level === 'required' && isUnmet(each)) ?? verdict.cells[0];
  return {
    id: 'check',
    title: 'Check it',
    note: 'Offline, without the machines.',
    content: [
      paragraph(
        'This report says no more than the verdict document and the run directory that it comes from. Where a copy of that directory lies, whatever it is called:',
        'page',
      ),
      {
        kind: 'definitions',
        depth: 'ticket',
        look: 'commands',
        rows: [
          {
            terms: [[code(`assay judge ${run} --profile ${printedWord(verdict.profile.id)}`)]],
            text: 'parses the saved outputs and judges again, offline; the verdict must come out the same, byte for byte',
          },
          ...(cell === undefined
            ? []
            : [
                {
                  terms: [[code(`assay explain ${run} ${printedWord(cell.id)}`)]],
                  text: 'from one cell to its limit, its source, the raw lines and the command to repeat it by hand',
                },
              ]),
        ],
      },
      paragraph(
        `Signed, it lies in signed/${verdict.profile.id} of its folder of reports, with a manifest of all of its files. Whoever has the public key of the signer checks that offline; cosign and OpenSSL check a signature and a digest, and not what the report says (docs/evidence.md has their other arguments):`,
        'page',
      ),
      {
        kind: 'definitions',
        depth: 'page',
        look: 'commands',
        rows: [
          {
            terms: [
              [code(`assay verify ${run} --profile ${printedWord(verdict.profile.id)} --key signer.pub`)],
            ],
            text: 'signature, every file, and every cell computed again: 0 only where all of it holds and the machines conform',
          },
          {
            terms: [
              [
                code(
                  'cosign verify-blob-attestation --bundle report.*.sigstore.json --key signer.pub … manifest.json',
                ),
              ],
            ],
            text: 'that the key has signed a statement on this manifest',
          },
          {
            terms: [[code('openssl dgst -sha256 -verify signer.pub -signature s pae')]],
            text: 'that the key has signed these bytes',
          },
        ],
      },
      paragraph('It attests what was recorded on the items named, and relates to these items only.', 'page'),
      paragraph(
        [`${exitWords(verdict.exitCode)} Profile digest `, code(verdict.profile.digest), '.'],
        'page',
      ),
      {
        kind: 'fold',
        depth: 'page',
        summary: `Digests of the evidence: ${formatCount(inputs.length, 'input')}, ${formatCount(journals.length, 'journal')}`,
        content: [
          {
            kind: 'definitions',
            look: 'digests',
            rows: [
              ...inputs.map(({ path, sha256 }) => ({ terms: [path], text: [code(sha256)] })),
              ...journals.map(({ node, records, head }) => ({
                terms: [['journal of ', { kind: 'name' as const, text: node }, `, ${records} records`]],
                text: [code(head)],
              })),
            ],
          },
        ],
      },
    ],
  };
}

/** An argument of a command line that is printed to be pasted: quoted also where it looks like an option. */
function printedWord(text: string): string {
  const clean = cleanText(text);
  return clean.startsWith('-') ? shellQuote(clean) : shellWord(clean);
}
