import { sha256 } from '../../agents/protocol/chain.ts';
import { cleanText } from '../../reports/text/clean-text.ts';
import type { Cell } from '../../reports/verdict/cell.ts';
import type { Defect, Verdict } from '../../reports/verdict/verdict.ts';
import { say } from '../../reports/verdict/words/say.ts';
import { valueOf } from '../../workloads/kit/facts/fact.ts';
import type { Accelerator, HostFacts } from '../../workloads/kit/facts/host-facts.ts';
import type { Registry } from '../../workloads/registry.ts';
import { openSteps } from '../store/kept-steps.ts';
import type { RunEvidence } from '../store/run-evidence.ts';
import type { Explanation } from './explain-cell.ts';
import { explainerOf, formatExplanation } from './explain-cell.ts';

/** What goes to the vendor of one part: a page, what it rests on, and the digests of both. */
export interface RmaArchive {
  /** Below the folder of reports: `rma/node1-GPU-0…`. */
  readonly folder: string;
  readonly files: readonly { readonly path: string; readonly bytes: Uint8Array }[];
}

/** What a part is, and not how it is: one that is too small for a purpose has no fault. */
const whatItIs: ReadonlySet<string> = new Set([
  'memory.totalBytes',
  'memoryBytes',
  'model',
  'purpose',
  'link.slotWidth',
  'link.slotGigatransfers',
]);

/** Explanations of so many cells of a part stand on its page; the others are listed. */
const mostExplained = 4;

/**
 * An archive for each defect of hardware that is about one machine or one part of it, and failed: what is missing, spoilt, or of another
 * kind than a purpose needs is nobody's warranty. All in it was measured before and is in the evidence; nothing is asked of a node. Throws EVIDENCE_DAMAGED.
 */
export async function makeArchives(
  evidence: RunEvidence,
  verdict: Verdict,
  registry: Registry,
): Promise<readonly RmaArchive[]> {
  const archives: RmaArchive[] = [];
  const { requirements } = evidence.material(verdict.profile.id).profile;
  const ofKind = new Set(
    requirements.flatMap(({ id, rule }) => (rule.kind === 'fact' && whatItIs.has(rule.path) ? [id] : [])),
  );
  const requirementOf = new Map(verdict.cells.map(({ id, requirement }) => [id, requirement]));
  const claims = verdict.defects.flatMap((defect) => {
    const { owner, subject, cells } = defect;
    if (cells.every((cell) => ofKind.has(requirementOf.get(cell) ?? ''))) return [];
    const isPart = subject?.kind === 'node' || subject?.kind === 'device';
    return isPart && owner === 'hardware' && defect.verdict === 'fail' ? [{ defect, subject }] : [];
  });
  if (claims.length === 0) return [];
  const explain = explainerOf(evidence, registry, verdict.profile.id);
  for (const claim of claims) archives.push(await makeArchive({ evidence, verdict, explain, ...claim }));
  return archives;
}

interface Making {
  readonly evidence: RunEvidence;
  readonly verdict: Verdict;
  readonly explain: (cell: string) => Promise<Explanation>;
  readonly defect: Defect;
  readonly subject: { readonly node: string; readonly device?: string };
}

async function makeArchive(making: Making): Promise<RmaArchive> {
  const { evidence, verdict, defect, subject, explain } = making;
  const { node, device } = subject;
  const cells = verdict.cells.filter(({ id }) => defect.cells.includes(id));
  const explained: string[] = [];
  for (const { id } of cells.slice(0, mostExplained)) explained.push(formatExplanation(await explain(id)));
  const raw = await rawOf(evidence, node, cells);
  const page = Buffer.from(pageOf(making, cells, explained));
  const files = [{ path: 'claim.md', bytes: page }, ...raw];
  const sums = files.map(({ path, bytes }) => `${sha256(Buffer.from(bytes))}  ${path}\n`).join('');
  const name = [node, ...(device === undefined ? [] : [device])]
    .join('-')
    .replaceAll(/[^A-Za-z0-9._-]/g, '-');
  const [lead] = cells;
  return {
    folder: `rma/${name.slice(0, 80)}-${(lead?.requirement ?? 'run').slice(0, 60)}`,
    files: [...files, { path: 'SHA256SUMS', bytes: Buffer.from(sums) }],
  };
}

/** What the steps of these cells left, as the node sent it. */
async function rawOf(
  evidence: RunEvidence,
  node: string,
  cells: readonly Cell[],
): Promise<RmaArchive['files']> {
  const steps = new Set(
    cells.flatMap(({ observed }) =>
      observed?.kind === 'samples' ? observed.steps : observed?.kind === 'fact' ? ['facts'] : [],
    ),
  );
  await using kept = await openSteps(evidence.run, node, evidence.node(node).fold.ended.size);
  const files: { path: string; bytes: Uint8Array }[] = [];
  for (const step of kept?.names.filter((name) => steps.has(name)) ?? [])
    for (const [name, { bytes }] of (await kept?.read(step)) ?? [])
      files.push({ path: `evidence/${step}/${name}`, bytes });
  return files;
}

const known = (name: string, text: string | undefined): readonly string[] =>
  text === undefined || text === '' ? [] : [`- ${name}: ${cleanText(text)}`];

function partLines(accelerator: Accelerator | undefined): readonly string[] {
  if (accelerator === undefined) return [];
  const { model, serial, uuid, address, firmware, driverVersion, fault } = accelerator;
  return [
    ...known('Part', valueOf(model)),
    ...known('Serial number', valueOf(serial)),
    ...known('UUID', valueOf(uuid)),
    ...known('PCI address', address),
    ...known('VBIOS', valueOf(firmware)),
    ...known('Driver', valueOf(driverVersion)),
    ...known('Its driver says', valueOf(fault)?.said),
  ];
}

function machineLines(node: string, facts: HostFacts | undefined): readonly string[] {
  if (facts === undefined) return [`- Machine: ${node}`];
  const { product, serial, firmware } = facts.identity;
  return [
    `- Machine: ${node}`,
    ...known('Product', valueOf(product)),
    ...known('Serial number of the machine', valueOf(serial)),
    ...known('Firmware of the machine', valueOf(firmware)),
    ...known('Kernel', valueOf(facts.os.kernel)),
  ];
}

/** Vendors ask for it; it is never run here, for what it can do to a host and for what it tells of it. */
const byHand = [
  '## What the vendor may ask for besides',
  '',
  "NVIDIA's own report. It can hang a host of which a card fell off the bus, and it tells secrets of the machine, so it is neither run nor kept here.",
  'Run it when nothing else is measured on the node, and send it beside this archive, never with the signed run:',
  '',
  '    sudo -n timeout -k 5 300 nvidia-bug-report.sh --safe-mode',
  '',
];

function pageOf(
  { evidence, verdict, defect, subject }: Making,
  cells: readonly Cell[],
  explained: readonly string[],
): string {
  const { node, device } = subject;
  const facts = evidence.material(verdict.profile.id).nodes.find(({ id }) => id === node)?.facts;
  const accelerator = (facts === undefined ? undefined : valueOf(facts.accelerators))?.find(
    ({ address, uuid, serial }) => [address, valueOf(uuid), valueOf(serial)].includes(device),
  );
  const rehearsal =
    evidence.run.header.rehearsal === true
      ? ['**A rehearsal: this says nothing about any machine.**', '']
      : [];
  const isNvidia = accelerator?.vendor === 'NVIDIA';
  return [
    `# ${cleanText(say(defect.symptom))}`,
    '',
    ...rehearsal,
    ...machineLines(node, facts),
    ...(device === undefined ? [] : known('Device', device)),
    ...partLines(accelerator),
    ...(accelerator === undefined ? known('Serial number', defect.part) : []),
    `- Run: ${verdict.run.id}, judged by ${verdict.profile.id} ${verdict.profile.version}`,
    `- To be done: ${cleanText(say(defect.action))}`,
    ...(defect.retest === undefined ? [] : [`- Afterwards: ${cleanText(say(defect.retest))}`]),
    '',
    '## What was asked and found',
    '',
    ...cells.map(({ id, title, reason }) => cleanText(`- ${id}: ${title}: ${say(reason)}`)),
    '',
    '## How each number came about, and how to get it by hand',
    '',
    ...explained.flatMap((text) => [
      ...text
        .trimEnd()
        .split('\n')
        .map((line) => `    ${line}`),
      '',
    ]),
    ...(isNvidia ? byHand : []),
    'What stands in `evidence/` is as the node sent it; `SHA256SUMS` has the digests of all files.',
    '',
  ].join('\n');
}
