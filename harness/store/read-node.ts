import { readChain, sha256 } from '../../agents/protocol/chain.ts';
import { ErrorDocument } from '../../workloads/kit/error-document.ts';
import type { PlannedStep } from '../plan/plan.ts';
import { damaged } from './evidence-damaged.ts';
import type { NodeEvidence } from './node-evidence.ts';
import type { RunDirectory } from './run-directory.ts';
import { runPaths } from './run-directory.ts';

/** Reads one node of a run from disk into its evidence, proving it. Throws EVIDENCE_DAMAGED. */
export async function readNode(
  run: RunDirectory,
  node: NodeEvidence,
  planned: ReadonlyMap<string, PlannedStep>,
  isPlanDigest: (digest: string) => boolean,
): Promise<void> {
  const { id, fold, place } = node;
  const path = runPaths.journal(id);
  if (!(await run.has(path))) {
    const unreached = runPaths.unreached(id);
    if (await run.has(unreached))
      node.unreached ??= (await run.readDocument(ErrorDocument, unreached)).message;
    if ((await run.list(`nodes/${id}/steps`)).length > 0)
      throw damaged(path, 'the journal of its steps', 'none');
    return;
  }
  const records = readChain((await run.read(path)).toString('utf8'), place.head);
  if (!records.ok) throw damaged(path, 'an unbroken chain', records.error);
  for (const record of records.value.records) node.note(record, records.value.place);
  for (const [digest, seq] of fold.plans)
    if (!isPlanDigest(digest))
      throw damaged(`${path} line ${seq + 1}`, 'a plan of this run', `one with sha256 ${digest}`);
  for (const name of await run.list(`nodes/${id}/steps`)) {
    // Old or foreign results in the folder are no evidence: what the journal does not name must not be there.
    if (!fold.ended.has(name))
      throw damaged(runPaths.step(id, name), 'a step that the journal names', 'one that it does not');
  }
  for (const [name, { result }] of fold.ended) await readStep(run, node, name, result, planned);
}

async function readStep(
  run: RunDirectory,
  node: NodeEvidence,
  name: string,
  digest: string,
  planned: ReadonlyMap<string, PlannedStep>,
): Promise<void> {
  const folder = runPaths.step(node.id, name);
  const step = node.readExit(name, await run.read(`${folder}/exit.json`), digest);
  const outputs = new Map<string, Buffer>();
  for (const output of step.commands.flatMap((command) => command.outputs)) {
    const bytes = await run.read(`${folder}/${output.file}`);
    const found = sha256(bytes);
    if (found !== output.sha256)
      throw damaged(`${folder}/${output.file}`, `sha256 ${output.sha256}`, `sha256 ${found}`);
    outputs.set(output.file, bytes);
  }
  for (const file of await run.list(folder)) {
    if (file !== 'exit.json' && !outputs.has(file))
      throw damaged(`${folder}/${file}`, 'a file that its step names', 'one that it does not');
  }
  node.add(step, outputs, planned.get(name));
}
