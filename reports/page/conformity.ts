import { shellWord } from '../../workloads/kit/shell-quote.ts';
import { cleanText } from '../text/clean-text.ts';
import type { Measurement } from '../verdict/measurement.ts';
import type { Signature } from '../verdict/signature.ts';
import { anyBundle, opensslCommands } from '../verdict/signature.ts';
import type { Verdict } from '../verdict/verdict.ts';
import type { VerdictLookup } from '../verdict/verdict-lookup.ts';
import { formatCount } from '../verdict/words/format-count.ts';
import { atDepth } from './at-depth.ts';
import type { Content, Section } from './content.ts';
import { code, noted, paragraph, plain, wide } from './content.ts';
import { allShown, rawPlaces } from './front.ts';
import { itemsSection } from './items.ts';
import { sectionsOf } from './page.ts';

/** Sections in the order of ISO/IEC 17025, 7.8; those that are not named here stand behind what was shown. */
const order = [
  ...['map', 'punch-list', 'repairs', 'items', 'contract', 'tools', 'nodes', 'conditions'],
  ...['shown', 'trials', 'measurements', 'counts', 'cells', 'others', 'not-shown', 'soak'],
  ...['attempts', 'ledger', 'assets', 'outside', 'raw', 'check', 'verify'],
];
const rankOf = ({ id }: Section): number => order.indexOf(order.includes(id) ? id : 'others');

/** What follows page one: the sections of a report as far as a ticket has them, and those that only a customer needs. */
export function conformitySections(
  lookup: VerdictLookup,
  signatures: readonly Signature[],
): readonly Section[] {
  const { verdict } = lookup;
  const own = [
    itemsSection(verdict),
    toolsSection(verdict),
    ledgerSection(signatures),
    outsideSection,
    rawSection(lookup),
    verifySection(verdict, signatures),
  ];
  return [...atDepth([...sectionsOf(lookup)], 'ticket'), ...atDepth(own, 'page')].toSorted(
    (left, right) => rankOf(left) - rankOf(right),
  );
}

const origins: Readonly<Record<Measurement['origin'], string>> = {
  native: 'made for this purpose',
  embedded: 'embedded, indicative only',
  imported: 'imported: made by somebody else',
};

/** What measured. The raw output has the digest of each program and its command line. */
function toolsSection({ measurements, run, assay }: Verdict): Section {
  const alike = Map.groupBy(measurements, ({ tool, toolVersion, origin }) =>
    JSON.stringify([tool, toolVersion ?? '', origin]),
  );
  return {
    id: 'tools',
    title: 'Tools',
    note: `Measured by Assay ${run.assay}, judged by Assay ${assay}. Command lines, environments and digests of programs are in the raw output of each step.`,
    content: [
      {
        kind: 'table',
        label: 'Tools',
        columns: [plain('Tool'), plain('Version'), plain('Origin'), wide('Measured')],
        rows: [...alike.values()].flatMap(([first, ...more]) =>
          first === undefined
            ? []
            : [
                {
                  cells: [
                    first.tool,
                    first.toolVersion ?? 'unknown',
                    origins[first.origin],
                    [...new Set([first, ...more].map(({ title }) => title))].join(', '),
                  ],
                },
              ],
        ),
      },
    ],
  };
}

/** Every attempt at these machines that a signer's ledger has, since they last passed and of 90 days at least. */
function ledgerSection(signatures: readonly Signature[]): Section {
  return {
    id: 'ledger',
    title: 'Attempts at these machines',
    note: 'Runs that found one of their serial numbers or UUIDs, and runs by the same inventory that found nothing: since the last report by this profile that passed, and of 90 days at least.',
    content:
      signatures.length === 0
        ? [paragraph('Not signed: no ledger vouches for what was tried before.')]
        : signatures.flatMap(({ key, ledger, attempts }): readonly Content[] =>
            ledger === undefined
              ? [paragraph(['No ledger was kept by ', code(key), ': other attempts are not told.'])]
              : [
                  paragraph([
                    `${formatCount(attempts.length, 'attempt')} in the ledger ${ledger.origin}, of which this one is entry ${ledger.begin} of ${ledger.size}; stated by `,
                    code(key),
                    '. An attempt without an end was begun and never ended.',
                  ]),
                  {
                    kind: 'table',
                    label: `Attempts by the ledger ${ledger.origin}`,
                    columns: [
                      plain('Began'),
                      plain('Run'),
                      plain('Profile'),
                      plain('Suite'),
                      wide('Came to'),
                    ],
                    rows: attempts.map(({ at, run, profile, suite, end }) => ({
                      cells: [at, [code(run)], profile, suite, end],
                    })),
                  },
                ],
          ),
  };
}

/** What a report of conformity may have and this one has not: said, so that nobody looks for it. */
const outsideSection: Section = {
  id: 'outside',
  title: 'Not part of this report',
  note: 'What it does not have, and where that would be.',
  content: [
    {
      kind: 'definitions',
      look: 'reasons',
      rows: [
        {
          terms: ['Calibration of instruments'],
          text: 'No reading here is of a calibrated instrument unless a tool says so: temperatures and power are those of the sensors of the machines and of what feeds them.',
        },
        {
          terms: ['Uncertainty of measurement'],
          text: 'Told as the spread of single readings and, where runs are enough, an interval of the median. Limits are held against readings by the decision rule of the profile.',
        },
        {
          terms: ['Before and after'],
          text: 'assay compare makes a report of its own from two sets of runs.',
        },
        {
          terms: ['Facility and operations'],
          text: 'Power quality, PUE, spare parts and times of repair are no matter of this profile.',
        },
        {
          terms: ['Opinions and interpretations'],
          text: 'What a machine can be used for, what to do about a defect and what has to be measured again are conclusions of the issuer; all other sections are results.',
        },
      ],
    },
  ],
};

/** Where the numbers of page one stand in the raw output. */
function rawSection(lookup: VerdictLookup): Section {
  const { verdict } = lookup;
  const run = shellWord(cleanText(verdict.run.id));
  return {
    id: 'raw',
    title: 'Where each number stands',
    note: 'In the raw output of the step on that node: nodes/<node>/evidence.tar of the run directory. The command prints the lines themselves, for every cell.',
    content: [
      {
        kind: 'table',
        label: 'Places of numbers in the raw output',
        columns: [wide('Requirement'), wide('Number'), wide('Step, command and place')],
        rows: allShown(lookup).map((row) => {
          const [first] = row.cells;
          const places = rawPlaces(row, lookup);
          return {
            anchor: row.anchor,
            cells: [
              noted(first.title, [code(`assay explain ${run} ${shellWord(cleanText(first.requirement))}`)]),
              {
                kind: 'lines',
                lines: places.map(({ what, value, on }) => [
                  `${what} ${value} on `,
                  { kind: 'name', text: on },
                ]),
              },
              {
                kind: 'lines',
                lines: places.map(({ step, places: those }) =>
                  those.length === 0 ? `${step}: see the command` : `${step}: ${those.join('; ')}`,
                ),
              },
            ],
          };
        }),
      },
    ],
  };
}

/** All that two strangers need to check a signature, and what they check by it. */
function verifySection({ run, profile }: Verdict, [signature]: readonly Signature[]): Section {
  const bundle = signature?.bundle ?? anyBundle;
  const kinds = signature === undefined ? (['ecdsa-p256', 'ed25519'] as const) : [signature.algorithm];
  const name = shellWord(cleanText(run.id));
  const id = shellWord(cleanText(profile.id));
  return {
    id: 'verify',
    title: 'How to verify',
    note: 'In signed/<profile>/ beside the run, offline. Get the key of the signer from him.',
    content: [
      {
        kind: 'definitions',
        look: 'commands',
        rows: [
          {
            terms: [[code(`assay verify ${name} --profile ${id} --key signer.pub`)]],
            text: 'signature, signer, every file, and every cell computed again',
          },
          {
            terms: [
              [
                code(
                  `echo '{"mediaType":"application/vnd.dev.sigstore.trustedroot+json;version=0.1","tlogs":[],"certificateAuthorities":[],"ctlogs":[],"timestampAuthorities":[]}' > empty-root.json`,
                ),
              ],
              [
                code(
                  `cosign verify-blob-attestation --bundle ${bundle} --new-bundle-format --key signer.pub --trusted-root empty-root.json --insecure-ignore-tlog=true --type https://in-toto.io/attestation/test-result/v0.1 manifest.json`,
                ),
              ],
            ],
            text: 'the signature and the digest of the manifest only, and not the result',
          },
          {
            terms: [
              [
                code(
                  `jq -r .dsseEnvelope.payload ${bundle} | base64 -d > p; jq -r '.dsseEnvelope.signatures[0].sig' ${bundle} | base64 -d > s`,
                ),
              ],
              [code(`{ printf 'DSSEv1 28 application/vnd.in-toto+json %d ' $(wc -c < p); cat p; } > pae`)],
              ...kinds.map((kind) => [code(opensslCommands[kind])]),
            ],
            text: 'the signature only',
          },
        ],
      },
    ],
  };
}
