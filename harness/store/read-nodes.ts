import { posix } from 'node:path';
import { readChain } from '../../agents/protocol/chain.ts';
import type { StepEnd } from '../../agents/protocol/journal-fold.ts';
import { writerOf } from '../../agents/protocol/write-whole.ts';
import { ErrorDocument } from '../../workloads/kit/error-document.ts';
import type { PlannedStep } from '../plan/plan.ts';
import { ByteBudget } from './byte-budget.ts';
import { damaged, EvidenceDamaged } from './evidence-damaged.ts';
import type { KeptFile, KeptSteps } from './kept-steps.ts';
import { openSteps } from './kept-steps.ts';
import type { NodeEvidence } from './node-evidence.ts';
import { lastFile } from './pack.ts';
import { outputsOf } from './parse-step.ts';
import type { RunDirectory } from './run-directory.ts';
import { runPaths } from './run-directory.ts';

/** What a node's folder may hold; the last three are of older versions. */
const ownNames: ReadonlySet<string> = new Set([
  ...[runPaths.journal, runPaths.pack, runPaths.packIndex].map((path) => posix.basename(path('node'))),
  ...['unreached.json', 'steps', 'incoming'],
]);

/** Nodes whose evidence is read at the same time: each has a few files open. */
const nodesAtOnce = 4;
/** Of the steps that are read at the same time, each of which may be a quarter of a gigabyte. */
const mostBytesAtOnce = 64 * 1024 * 1024;

/** What a run knows of its nodes before they are read. */
interface Expected {
  readonly stepsOf: (node: string) => ReadonlyMap<string, PlannedStep>;
  readonly isPlanDigest: (digest: string) => boolean;
  /** Whether the plan rests on facts of a node. */
  readonly isPlannedFrom: (node: string) => boolean;
}

/**
 * Reads the nodes of a run from disk into their evidence, proving it. One whose evidence was changed or is gone says so, and
 * the others are read all the same.
 */
export async function readNodes(
  run: RunDirectory,
  nodes: Iterable<NodeEvidence>,
  expected: Expected,
): Promise<void> {
  const queue = [...nodes].values();
  const budget = new ByteBudget(mostBytesAtOnce);
  await Promise.all(
    Array.from({ length: nodesAtOnce }, async () => {
      for (const node of queue) {
        try {
          await readNode(run, node, expected, budget);
          if (node.place.records === 0 && expected.isPlannedFrom(node.id))
            throw damaged(
              runPaths.journal(node.id),
              'a journal, since the plan rests on facts of this node',
              'none',
            );
        } catch (cause) {
          if (!(cause instanceof EvidenceDamaged)) throw cause;
          node.spoil(cause);
        }
      }
    }),
  );
}

/** Throws EVIDENCE_DAMAGED. */
async function readNode(
  run: RunDirectory,
  node: NodeEvidence,
  { stepsOf, isPlanDigest }: Expected,
  budget: ByteBudget,
): Promise<void> {
  const { id, fold, place } = node;
  const path = runPaths.journal(id);
  const names = await run.list(`nodes/${id}`);
  for (const name of names)
    if (!ownNames.has(name) && writerOf(name) === undefined)
      throw damaged(`nodes/${id}/${name}`, 'nothing but the journal and the evidence of the node', 'more');
  if (!names.includes(posix.basename(path))) {
    await using kept = await openSteps(run, id, 1);
    const unreached = runPaths.unreached(id);
    if (names.includes(posix.basename(unreached)))
      node.unreached ??= (await run.readDocument(ErrorDocument, unreached)).message;
    if (kept !== undefined && kept.names.length > 0) throw damaged(path, 'the journal of its steps', 'none');
    return;
  }
  // Before the steps: whoever is measuring writes down what it has kept.
  const records = readChain((await run.read(path)).toString('utf8'), place.head);
  if (!records.ok) throw damaged(path, 'an unbroken chain', records.error);
  for (const record of records.value.records) node.note(record, records.value.place);
  for (const [digest, seq] of fold.plans)
    if (!isPlanDigest(digest))
      throw damaged(`${path} line ${seq + 1}`, 'a plan of this run', `one with sha256 ${digest}`);
  await using kept = await openSteps(run, id, fold.ended.size);
  const planned = stepsOf(id);
  // Old or foreign results are no evidence: what the journal does not name must not be there.
  for (const name of kept?.names ?? [])
    if (!fold.ended.has(name))
      throw damaged(kept?.placeOf(name) ?? name, 'a step that the journal names', 'one that it does not');
  for (const [name, end] of fold.ended) {
    if (kept === undefined) throw damaged(runPaths.pack(id), 'a readable file', 'none');
    await budget.within(await kept.sizeOf(name), () => readStep(node, kept, { name, ...end }, planned));
  }
}

async function readStep(
  node: NodeEvidence,
  kept: KeptSteps,
  { name, result, execution }: StepEnd & { readonly name: string },
  planned: ReadonlyMap<string, PlannedStep>,
): Promise<void> {
  const files = await kept.read(name);
  const take = (file: string, expected: string): KeptFile => {
    const found = files.get(file);
    if (found === undefined) throw damaged(kept.placeOf(name, file), 'a readable file', 'none');
    if (found.sha256 !== expected)
      throw damaged(kept.placeOf(name, file), `sha256 ${expected}`, `sha256 ${found.sha256}`);
    return found;
  };
  const step = node.readExit(name, take(lastFile, result).bytes, kept.placeOf(name, lastFile));
  if (step.execution !== execution)
    throw damaged(kept.placeOf(name, lastFile), `${execution}, as the journal says`, step.execution);
  const outputs = new Map<string, Buffer>();
  for (const { file, sha256, bytes: expected } of outputsOf(step)) {
    const { bytes } = take(file, sha256);
    if (bytes.length !== expected)
      throw damaged(kept.placeOf(name, file), `${expected} bytes, as its step says`, `${bytes.length}`);
    outputs.set(file, bytes);
  }
  for (const file of files.keys())
    if (file !== lastFile && !outputs.has(file))
      throw damaged(kept.placeOf(name, file), 'a file that its step names', 'one that it does not');
  node.add(step, outputs, planned.get(name));
}
