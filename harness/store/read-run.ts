import { readChain, sha256 } from '../../agents/protocol/chain.ts';
import type { JournalRecord } from '../../agents/protocol/journal-record.ts';
import { FactsStep, StepResult } from '../../agents/protocol/step.ts';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import { ErrorDocument } from '../../workloads/kit/error-document.ts';
import { valueOf } from '../../workloads/kit/facts/fact.ts';
import type { HostFacts } from '../../workloads/kit/facts/host-facts.ts';
import { ProbeDocument } from '../../workloads/kit/facts/probe-output.ts';
import { readHostFacts } from '../../workloads/kit/facts/read-host-facts.ts';
import { LimitFile } from '../../workloads/kit/limit.ts';
import type { Sample } from '../../workloads/kit/sample.ts';
import type { Registry } from '../../workloads/registry.ts';
import { metricsOf } from '../../workloads/registry.ts';
import { Inventory } from '../config/inventory.ts';
import { Manifest } from '../config/manifest.ts';
import { Profile } from '../config/profile.ts';
import { Suite } from '../config/suite.ts';
import { Plan } from '../plan/plan.ts';
import { assayVersion } from '../version.ts';
import { addedSteps, Decision } from './decision.ts';
import { parseStep } from './parse-step.ts';
import type { RunDirectory } from './run-directory.ts';
import { damaged, inputNames, readDocument, runPaths } from './run-directory.ts';
import type { NodeMaterial, RunMaterial } from './run-material.ts';

/**
 * Reads a run directory back into what `judge` looks at, proving on the way that nothing was changed: inputs by
 * the header, journals by their chain, steps by the journal, outputs by their step. Throws EVIDENCE_DAMAGED.
 */
export async function loadRun(
  run: RunDirectory,
  registry: Registry,
  options: {
    /** The profile to judge by, of those among the inputs; absent: the one that the run was planned for. */
    readonly profile?: string | undefined;
    /** The nodes to read; absent: all. Of a golden node that is not among them only the facts are read. */
    readonly only?: readonly string[];
  } = {},
): Promise<RunMaterial> {
  const profileId = options.profile ?? run.header.profile;
  const profiles = await Promise.all(
    run.header.inputs
      .filter(({ path }) => path.startsWith(`${runPaths.inputs}/profiles/`))
      .map(({ path }) => run.readDocument(Profile, path)),
  );
  const profile = profiles.find(({ id }) => id === profileId);
  if (profile === undefined) {
    throw new AssayError(
      'CONFIG_INVALID',
      `expected one of the profiles ${profiles.map(({ id }) => id).join(', ')}, got \`${profileId}\``,
      {
        hint: 'A run can be judged by the profiles that are among its inputs.',
      },
    );
  }
  const planned = (await run.has(runPaths.plan)) ? await run.readDocument(Plan, runPaths.plan) : undefined;
  const decisions = await run.readLines(Decision, runPaths.decisions);
  const plan = planned && {
    ...planned,
    steps: [...planned.steps, ...addedSteps(decisions)],
  };
  const skips = new Map(
    decisions.flatMap((each) =>
      each.kind === 'skip' ? [[each.step, { reason: each.reason, node: each.node }] as const] : [],
    ),
  );
  const broken = new Map(
    decisions.flatMap((each) => (each.kind === 'broken' ? [[each.step, each.reason] as const] : [])),
  );
  const manifestPath = `${runPaths.inputs}/${inputNames.manifest}`;
  const inventory = await run.readDocument(Inventory, `${runPaths.inputs}/${inputNames.inventory}`);
  const profilePath = `${runPaths.inputs}/${inputNames.profile(profileId)}`;
  return {
    header: run.header,
    assay: assayVersion,
    inventory,
    suite: await run.readDocument(Suite, `${runPaths.inputs}/${inputNames.suite}`),
    profile,
    plannedProfile: profiles.find(({ id }) => id === run.header.profile) ?? profile,
    skips,
    broken,
    ...(decisions.length === 0
      ? {}
      : {
          decisions: {
            records: decisions.length,
            sha256: sha256(await run.read(runPaths.decisions)),
          },
        }),
    ...((await run.has(manifestPath)) ? { manifest: await run.readDocument(Manifest, manifestPath) } : {}),
    profileDigest: run.header.inputs.find(({ path }) => path === profilePath)?.sha256 ?? '',
    ladder: profiles.filter(({ rank }) => rank !== undefined),
    limits: (await run.readDocument(LimitFile, `${runPaths.inputs}/${inputNames.limits}`)).limits,
    metrics: metricsOf(registry),
    plan,
    inputs: run.header.inputs,
    nodes: await Promise.all(
      inventory.nodes
        .filter(({ name }) => options.only?.includes(name) !== false || name === inventory.golden)
        .map(({ name }) =>
          options.only?.includes(name) === false
            ? loadFactsOf(run, name)
            : loadNode(run, registry, name, plan, skips),
        ),
    ),
  };
}

/** The first facts of a node that may still be at work: its journal and steps are not looked at. */
async function loadFactsOf(run: RunDirectory, id: string): Promise<NodeMaterial> {
  const path = `${runPaths.step(id, 'facts')}/probes.json`;
  const isThere = await run.has(path);
  return {
    id,
    reached: isThere,
    ...(isThere ? { facts: readHostFacts(await run.readDocument(ProbeDocument, path)) } : {}),
    steps: [],
    samples: [],
    unreadable: [],
  };
}

/** Reads one node of a run back, proving its evidence. */
async function loadNode(
  run: RunDirectory,
  registry: Registry,
  id: string,
  plan: Plan | undefined,
  skips: RunMaterial['skips'],
): Promise<NodeMaterial> {
  const path = runPaths.journal(id);
  if (!(await run.has(path))) {
    const unreached = runPaths.unreached(id);
    const why = (await run.has(unreached))
      ? (await run.readDocument(ErrorDocument, unreached)).message
      : 'nothing was ever received from it';
    return { id, reached: false, why, steps: [], samples: [], unreadable: [], skips };
  }
  const text = (await run.read(path)).toString('utf8');
  const chain = readChain(text, run.headDigest);
  if (!chain.ok) throw damaged(path, 'an unbroken chain', chain.error);
  await checkPlan(run, chain.value, path);
  const results = endsOf(chain.value, path);
  await refuseStrangers(run, id, results);
  const steps: StepResult[] = [];
  const samples: Sample[] = [];
  const unreadable: { step: string; reason: string }[] = [];
  const facts: HostFacts[] = [];
  for (const [name, digest] of results) {
    const { step, files } = await loadStep(run, id, name, digest);
    if (FactsStep.safeParse(name).success) {
      const probes = files.get('probes.json');
      if (probes !== undefined)
        facts.push(
          readHostFacts(readDocument(ProbeDocument, probes, `${runPaths.step(id, name)}/probes.json`)),
        );
      continue;
    }
    checkPlanned(step, plan, id);
    steps.push(step);
    const parsed = parseStep(registry, id, step, files);
    if (parsed.ok) samples.push(...parsed.value);
    // A step that did not end well has its reason already; unreadable is only what should have been readable.
    else if (step.execution === 'completed') unreadable.push({ step: name, reason: parsed.error });
  }
  const [first] = facts;
  return {
    id,
    reached: first !== undefined,
    ...(first === undefined
      ? { why: 'the node was reached, but no facts were received from it' }
      : { facts: withWorstLimits(first, facts) }),
    steps,
    samples,
    unreadable,
    skips,
    journal: { records: chain.value.length, head: sha256(text.trimEnd().split('\n').at(-1) ?? '') },
  };
}

/** The digest of every ended step. A step ends once: a second end would let the last one win. */
function endsOf(records: readonly JournalRecord[], path: string): ReadonlyMap<string, string> {
  const results = new Map<string, string>();
  for (const record of records) {
    if (record.type !== 'step-ended') continue;
    if (results.has(record.step)) throw damaged(path, `one end of ${record.step}`, 'another one');
    results.set(record.step, record.result);
  }
  return results;
}

/**
 * The facts as first seen, with the effective limits of the most restricted keeper: after a restart the agent may
 * have been allowed less, and no speed may hide behind what it was allowed before.
 */
function withWorstLimits(first: HostFacts, all: readonly HostFacts[]): HostFacts {
  const restricted = all.find(({ limits }) => valueOf(limits.unrestricted) !== true);
  return restricted === undefined ? first : { ...first, limits: restricted.limits };
}

/** A journal that speaks of a plan must speak of this one. */
async function checkPlan(run: RunDirectory, records: readonly JournalRecord[], path: string): Promise<void> {
  const isBound = records.some(({ type }) => type === 'plan');
  if (!isBound && records.some(({ type }) => type === 'batch-started'))
    throw damaged(path, 'a record of the plan before the first batch', 'none');
  for (const record of records) {
    if (record.type !== 'plan') continue;
    const found = sha256(await run.read(runPaths.plan));
    if (found !== record.digest)
      throw damaged(
        `${runPaths.plan} (named by ${path} line ${record.seq + 1})`,
        `sha256 ${record.digest}`,
        `sha256 ${found}`,
      );
  }
}

/** Old or foreign results in the folder are no evidence: what the journal does not name must not be there. */
async function refuseStrangers(
  run: RunDirectory,
  id: string,
  results: ReadonlyMap<string, string>,
): Promise<void> {
  for (const name of await run.list(`nodes/${id}/steps`)) {
    if (!results.has(name))
      throw damaged(runPaths.step(id, name), 'a step that the journal names', 'one that it does not');
  }
}

async function loadStep(
  run: RunDirectory,
  id: string,
  name: string,
  digest: string,
): Promise<{ step: StepResult; files: ReadonlyMap<string, string> }> {
  const folder = runPaths.step(id, name);
  const bytes = await run.read(`${folder}/exit.json`);
  if (sha256(bytes) !== digest)
    throw damaged(`${folder}/exit.json`, `sha256 ${digest}`, `sha256 ${sha256(bytes)}`);
  const step = readDocument(StepResult, bytes.toString('utf8'), `${folder}/exit.json`);
  if (step.step !== name) throw damaged(`${folder}/exit.json`, `the step ${name}`, step.step);
  const files = new Map<string, string>();
  for (const output of step.commands.flatMap((command) => command.outputs)) {
    const content = await run.read(`${folder}/${output.file}`);
    const found = sha256(content);
    if (found !== output.sha256)
      throw damaged(`${folder}/${output.file}`, `sha256 ${output.sha256}`, `sha256 ${found}`);
    files.set(output.file, content.toString('utf8'));
  }
  for (const file of await run.list(folder)) {
    if (file !== 'exit.json' && !files.has(file))
      throw damaged(`${folder}/${file}`, 'a file that its step names', 'one that it does not');
  }
  return { step, files };
}

/** Evidence counts only for the step that was planned: same workload, tool and parameters. */
function checkPlanned(step: StepResult, plan: Plan | undefined, node: string): void {
  const planned = plan?.steps.find((candidate) => candidate.step === step.step && candidate.node === node);
  const where = `${runPaths.step(node, step.step)}/exit.json`;
  if (planned === undefined) throw damaged(where, 'a step of plan.json', 'one that the plan does not have');
  // A step that a dead agent left open is closed by its successor, which may not know what it was.
  if (step.commands.length === 0 && step.execution !== 'completed') return;
  for (const key of ['workload', 'tool', 'repetition', 'session'] as const) {
    if (planned[key] !== step[key]) throw damaged(where, `${key} ${planned[key]}`, String(step[key]));
  }
  if (JSON.stringify(planned.seat) !== JSON.stringify(step.seat))
    throw damaged(where, `the seat ${JSON.stringify(planned.seat)}`, JSON.stringify(step.seat));
  if (JSON.stringify(planned.params) !== JSON.stringify(step.params))
    throw damaged(where, `parameters ${JSON.stringify(planned.params)}`, JSON.stringify(step.params));
}
