import { StepResult } from '../../agents/protocol/step.ts';
import { cleanText } from '../../reports/text/clean-text.ts';
import { listedUnder } from '../../reports/verdict/algebra.ts';
import type { Cell } from '../../reports/verdict/cell.ts';
import { formatDimensions } from '../../reports/verdict/words/format-dimensions.ts';
import { formatQuantity } from '../../reports/verdict/words/format-quantity.ts';
import { say } from '../../reports/verdict/words/say.ts';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import { parseJson } from '../../workloads/kit/parse-json.ts';
import type { Sample, SourcePlace } from '../../workloads/kit/sample.ts';
import { nodeOrGroupOf } from '../../workloads/kit/subject.ts';
import type { Registry } from '../../workloads/registry.ts';
import { suggestName } from '../config/nearest-name.ts';
import type { Profile } from '../config/profile.ts';
import { judge } from '../judge/judge.ts';
import { damaged } from '../store/evidence-damaged.ts';
import type { KeptFile } from '../store/kept-steps.ts';
import { openSteps, printCommand } from '../store/kept-steps.ts';
import { lastFile } from '../store/pack.ts';
import { readDocument } from '../store/read-document.ts';
import type { RunDirectory } from '../store/run-directory.ts';
import { runPaths } from '../store/run-directory.ts';
import { RunEvidence } from '../store/run-evidence.ts';
import type { RunMaterial } from '../store/run-material.ts';
import { commandLine, meaningsIn } from './by-hand.ts';

/** One number with the file and place where it stands in the raw output, and the commands that produced it. */
export interface ExplainedSample {
  readonly metric: string;
  /** What it was measured with: `64 MiB · nodes 2`. */
  readonly dimensions: string;
  /** Whether the limit of one of the cells is about it; a cell may take a metric at one size of many. */
  readonly decides: boolean;
  readonly value: string;
  readonly invalid?: string | undefined;
  readonly step: string;
  readonly places: readonly {
    readonly file: string;
    readonly where: string;
    readonly text: string;
    /** Prints the file, called in the run directory. */
    readonly print: string;
  }[];
  readonly commands: readonly string[];
  /** What has to be changed in them by hand. */
  readonly byHand?: string | undefined;
}

export interface Explanation {
  readonly cells: readonly Cell[];
  readonly samples: readonly ExplainedSample[];
  /** Prints the first of the files that are named, called in the run directory. */
  readonly print?: string | undefined;
}

/**
 * Explains a cell by its id, all cells of a requirement (by its id or title) or of a node, or all samples of a metric: by the given
 * profile, else by the run's own and then by those of the ladder, since any of them may have decided. Throws
 * CELL_NOT_FOUND.
 */
export async function explainCell(
  run: RunDirectory,
  registry: Registry,
  name: string,
  profile?: string,
): Promise<Explanation> {
  return explainerOf(await RunEvidence.read(run, registry), registry, profile)(name);
}

/** A run and its cells by each of the profiles that may have decided. */
interface JudgedAgain {
  readonly evidence: RunEvidence;
  readonly registry: Registry;
  readonly material: RunMaterial;
  readonly candidates: readonly Profile[];
  readonly judged: readonly (readonly Cell[])[];
}

/** The same for whoever asks for several: the run is read and judged once. */
export function explainerOf(
  evidence: RunEvidence,
  registry: Registry,
  profile?: string,
): (name: string) => Promise<Explanation> {
  const material = evidence.material(profile);
  const candidates = profile === undefined ? [material.profile, ...material.ladder] : [material.profile];
  const judged = candidates.map((candidate) => judge({ ...material, profile: candidate }).cells);
  return (name) => explain({ evidence, registry, material, candidates, judged }, name);
}

async function explain(
  { evidence, registry, material, candidates, judged }: JudgedAgain,
  name: string,
): Promise<Explanation> {
  const cells =
    judged.map((all) => all.filter((cell) => namesOf(cell).includes(name))).find((all) => all.length > 0) ??
    [];
  const steps = new Set(
    cells.flatMap(({ observed }) => (observed?.kind === 'samples' ? observed.steps : [])),
  );
  // Steps have one name on all nodes.
  const owners = new Set(cells.map(({ subject }) => nodeOrGroupOf(subject)));
  const metrics = new Set(
    candidates
      .flatMap(({ requirements }) => requirements)
      .flatMap(({ id, rule }) =>
        (rule.kind === 'metric' || rule.kind === 'siblings') &&
        cells.some(({ requirement }) => requirement === id)
          ? [rule.metric]
          : [],
      ),
  );
  const samples = material.nodes
    .flatMap((node) => node.samples.map((sample) => ({ node: node.id, sample })))
    .filter(
      ({ sample: { metric, step, subject } }) =>
        metric === name ||
        (metrics.has(metric) && owners.has(nodeOrGroupOf(subject)) && (steps.size === 0 || steps.has(step))),
    );
  const [own = []] = judged;
  if (cells.length === 0 && samples.length === 0) {
    const ofNode = own.filter((cell) => listedUnder(cell) === name);
    if (ofNode.length > 0) return { cells: ofNode, samples: [] };
    throw notFound(name, material, judged.flat());
  }
  const wheres = cells.flatMap(({ limit }) =>
    material.limits.flatMap(({ id, metric, where }) => (id === limit?.id ? [{ metric, where }] : [])),
  );
  const decides = ({ metric, dimensions }: Sample): boolean =>
    wheres.some(
      (limit) =>
        limit.metric === metric &&
        Object.entries(limit.where).every(([key, value]) => dimensions[key] === value),
    );
  const explained = await explainSamples(evidence, samples, { decides, registry });
  const fact = cells.find(({ observed }) => observed?.kind === 'fact');
  const print =
    explained.flatMap(({ places }) => places)[0]?.print ??
    (fact &&
      (await printCommand(evidence.run, { node: listedUnder(fact), step: 'facts', file: 'probes.json' })));
  return { cells, samples: explained, print };
}

/** One node after the other: there may be more than files may be open. */
async function explainSamples(
  evidence: RunEvidence,
  samples: readonly NodeSample[],
  how: Pick<Explaining, 'decides' | 'registry'>,
): Promise<readonly ExplainedSample[]> {
  const { run } = evidence;
  const explained: ExplainedSample[] = [];
  for (const [node, those] of Map.groupBy(samples, (each) => each.node)) {
    await using kept = await openSteps(run, node, evidence.node(node).fold.ended.size);
    if (kept === undefined) throw damaged(runPaths.pack(node), 'a readable file', 'none');
    for (const { sample } of those)
      explained.push(await explainSample({ ...how, run, node, sample }, await kept.read(sample.step)));
  }
  return explained;
}

interface NodeSample {
  readonly node: string;
  readonly sample: Sample;
}

const namesOf = ({ id, requirement, title }: Cell): readonly string[] => [id, requirement, title];

function notFound(name: string, material: RunMaterial, cells: readonly Cell[]): AssayError {
  const known = [
    ...cells.flatMap(namesOf),
    ...material.nodes.flatMap((node) => node.samples.map(({ metric }) => metric)),
  ];
  return new AssayError(
    'CELL_NOT_FOUND',
    `expected a cell, a requirement or a metric of this run, got \`${name}\``,
    {
      hint: suggestName(name, known) ?? 'The report lists all cells.',
    },
  );
}

interface Explaining extends NodeSample {
  readonly run: RunDirectory;
  readonly registry: Registry;
  readonly decides: (sample: Sample) => boolean;
}

async function explainSample(
  { run, node, sample, decides, registry }: Explaining,
  files: ReadonlyMap<string, KeptFile>,
): Promise<ExplainedSample> {
  const folder = runPaths.step(node, sample.step);
  const textOf = (name: string): string => files.get(name)?.bytes.toString('utf8') ?? '';
  const step = readDocument(StepResult, textOf(lastFile), `${folder}/${lastFile}`);
  const places = await Promise.all(
    sample.at.map(async (place) => {
      const output = step.commands
        .find(({ id }) => id === place.command)
        ?.outputs.find((candidate) => candidate.output === place.output);
      const name = output?.file ?? lastFile;
      return {
        file: `${folder}/${name}`,
        where: 'line' in place ? `line ${place.line}` : place.pointer,
        text: output === undefined ? '' : quote(textOf(name), place),
        print: await printCommand(run, { node, step: sample.step, file: name }),
      };
    }),
  );
  const tools = registry.get(step.workload)?.tools ?? [];
  const byHand =
    sample.subject.kind === 'group' || sample.subject.kind === 'pair'
      ? tools.find(({ id }) => id === sample.tool)?.byHand
      : undefined;
  return {
    metric: sample.metric,
    dimensions: formatDimensions(sample.dimensions),
    decides: decides(sample),
    value: formatQuantity(sample.value, sample.unit),
    ...(sample.invalid === undefined ? {} : { invalid: sample.invalid }),
    step: sample.step,
    places,
    commands: step.commands.map(commandLine),
    ...(byHand === undefined ? {} : { byHand }),
  };
}

/** The text at a place in an output: a whole line, or the value that a JSON pointer (RFC 6901) leads to. */
function quote(text: string, place: SourcePlace): string {
  if ('line' in place) return cleanText(text.split('\n')[place.line - 1] ?? '').slice(0, 300);
  // Some tools log in front of their report (fio, about wrong blocks).
  let value = parseJson(text.slice(Math.max(0, text.search(/^[{[]/m))));
  for (const key of place.pointer.split('/').slice(1)) {
    if (typeof value !== 'object' || value === null) return '';
    value = (value as Record<string, unknown>)[key.replaceAll('~1', '/').replaceAll('~0', '~')]; // any object can be walked by name
  }
  return cleanText(value === undefined ? '' : JSON.stringify(value)).slice(0, 300);
}

/** As many names of steps as are read. */
const mostSteps = 3;

/** The explanation as text for a terminal. Commands that several numbers share are told once, at the end. */
export function formatExplanation({ cells, samples, print }: Explanation): string {
  const lines: string[] = [];
  for (const cell of cells) {
    lines.push(`${cell.id}  ${cell.verdict.toUpperCase()}  ${cell.title}`, `  ${say(cell.reason)}`);
    if (cell.limit !== undefined) lines.push(`  limit   ${cell.limit.id} (${cell.limit.source})`);
    if (cell.action !== undefined) lines.push(`  action  ${say(cell.action)}`);
    if (cell.observed?.kind === 'fact')
      lines.push(`  fact    ${cell.observed.path} of nodes/${listedUnder(cell)}/steps/facts/probes.json`);
    lines.push('');
  }
  for (const sample of samples) {
    const invalid = sample.invalid === undefined ? '' : `  INVALID: ${sample.invalid}`;
    const at = sample.dimensions === '' ? '' : ` (${sample.dimensions})`;
    const decides = sample.decides ? '  ← decides' : '';
    lines.push(`${sample.metric}${at} = ${sample.value}  in ${sample.step}${invalid}${decides}`);
    for (const place of sample.places)
      lines.push(`  stands in ${place.file}, ${place.where}:  ${place.text}`);
  }
  const ways = Map.groupBy(samples, ({ commands }) => commands.map((command) => `  ${command}`).join('\n'));
  for (const [way, those] of ways) {
    const steps = [...new Set(those.map(({ step }) => step))];
    const more = steps.length > mostSteps ? ` and ${steps.length - mostSteps} more` : '';
    lines.push('', `by hand, as in ${steps.slice(0, mostSteps).join(', ')}${more}:`, ...way.split('\n'));
    lines.push(...new Set(those.flatMap(({ byHand }) => (byHand === undefined ? [] : [`  ${byHand}`]))));
  }
  const meanings = meaningsIn([...ways.keys()]);
  if (meanings.length > 0) lines.push('', `${meanings.join(', ')}.`);
  if (print !== undefined) lines.push('', 'to read such a file, in the run directory:', `  ${print}`);
  while (lines.at(-1) === '') lines.pop();
  return `${lines.map(cleanText).join('\n')}\n`;
}
