import { join } from 'node:path';
import { Writable } from 'node:stream';
import { dateOf } from '../../reports/verdict/words/night-words.ts';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import type { ExitCode } from '../../workloads/kit/error-code.ts';
import type { Registry } from '../../workloads/registry.ts';
import { loadRegistry } from '../../workloads/registry.ts';
import { loadBuiltIn } from '../config/built-in.ts';
import type { Inventory } from '../config/inventory.ts';
import { findProfile } from '../config/own-profile.ts';
import type { History } from '../history/history.ts';
import { orderByNeed } from '../history/night-machines.ts';
import { nightOf } from '../history/run-rows.ts';
import { listRuns } from '../store/known-runs.ts';
import type { RunDirectory } from '../store/run-directory.ts';
import { runsFolder } from '../store/run-directory.ts';
import { requireSiteLock, siteOf } from '../store/site-lock.ts';
import { askHold } from './ask-hold.ts';
import type { CliContext } from './command.ts';
import { finishNight } from './finish-night.ts';
import { measureAndConclude } from './measure-and-conclude.ts';
import { historyPath, historyPlace, openHistory } from './open-history.ts';
import { removeIfUnbegun } from './open-run.ts';
import { loadOwnInventory } from './own-inventory.ts';
import { prepareCertify } from './prepare-certify.ts';
import { readWindow } from './read-window.ts';
import { loadInventoryFile, loadRunInventory } from './targets.ts';
import type { TellingOptions } from './telling.ts';

interface NightOptions extends TellingOptions {
  readonly inventory: string;
  readonly profile: string;
  readonly suite?: string | undefined;
  readonly contract?: string | undefined;
  readonly out?: string | undefined;
  readonly facilityAck?: string | undefined;
  readonly unattended?: string | undefined;
  readonly reservation?: string | undefined;
  readonly noHold?: string | undefined;
  readonly until?: string | undefined;
  readonly atOnce?: number | undefined;
  readonly database: string | undefined;
  readonly maxGap: number;
  readonly eventsAreNews: boolean;
  readonly json: boolean;
}

/** A night that was begun may be gone on with for so long: what comes later is another one. */
const nightMs = 18 * 3600 * 1000;

/**
 * Measures one night of a site, or goes on with it where it was interrupted, and tells what it came to. A night that is done is told
 * again and measured no second time: whatever got worse is confirmed by another night, never by the same.
 */
export async function measureNight(options: NightOptions, context: CliContext): Promise<ExitCode> {
  const { environment, now, err } = context;
  const { stateHome } = environment;
  const database = await historyPath(stateHome, historyPlace(context.environment, options.database));
  const site = siteOf(database);
  const lock = await requireSiteLock(stateHome, site, `since ${now().toISOString()}, process ${process.pid}`);
  let history: History | undefined;
  try {
    history = await openHistory(stateHome, database, undefined);
    const registry = await loadRegistry();
    const night = { history, registry, site };
    const asked = await readAsked(options, context, registry);
    const earlier = await findTonights(context, night, asked);
    const run = earlier?.run ?? (await beginNight({ ...options, suite: asked.suite }, context, night));
    if (earlier?.isDone === true)
      err.write(
        `the night of ${dateOf(nightOf(run.header.startedAt, history.zone))} is done: it is told again\n`,
      );
    else await goThrough(run, context, { registry, history, isAgain: earlier !== undefined });
    return await finishNight(context, run, {
      ...night,
      maxGap: options.maxGap,
      areEventsNews: options.eventsAreNews,
      json: options.json,
      others: options,
    });
  } finally {
    await history?.close();
    await lock.release();
  }
}

interface Site {
  readonly history: History;
  readonly registry: Registry;
  readonly site: string;
}

/** What a night is asked for: by it the one of this night is known, since a site may have several racks and purposes. */
interface Asked {
  readonly profile: string;
  readonly suite: string;
  readonly nodes: string;
}

const namesOf = ({ nodes }: Pick<Inventory, 'nodes'>): string =>
  JSON.stringify(nodes.map(({ name }) => name).toSorted());

async function readAsked(options: NightOptions, context: CliContext, registry: Registry): Promise<Asked> {
  const { workingDirectory } = context.environment;
  const builtIn = await loadBuiltIn(registry);
  const { id, suites } = await findProfile(options.profile, { builtIn, registry, workingDirectory });
  const suite = options.suite ?? suites.nightly;
  if (suite === undefined)
    throw new AssayError('USAGE', `expected --suite, since the profile ${id} names none for nights`, {
      hint: 'Give one by its name or as a YAML file, or name one in the profile: suites.nightly.',
    });
  const { inventory } = await loadInventoryFile(options.inventory, context.environment);
  return { profile: id, suite, nodes: namesOf(inventory) };
}

/** The run of this night, where there is one: done, when the index has it. */
async function findTonights(
  { environment: { stateHome, workingDirectory }, now, err }: CliContext,
  { history, site }: Site,
  asked: Asked,
): Promise<{ readonly run: RunDirectory; readonly isDone: boolean } | undefined> {
  const tonight = nightOf(now().toISOString(), history.zone);
  for (const known of await listRuns(stateHome, join(workingDirectory, runsFolder))) {
    if (!('run' in known) || known.run.header.night?.site !== site) continue;
    const { run } = known;
    const { id, startedAt, profile } = run.header;
    if (profile !== asked.profile || namesOf(await loadRunInventory(run)) !== asked.nodes) continue;
    const isDone = await history.has(id);
    if (isDone) return nightOf(startedAt, history.zone) === tonight ? { run, isDone } : undefined;
    const ageMs = now().getTime() - Date.parse(startedAt);
    if (ageMs < nightMs && ageMs > -nightMs) return { run, isDone };
    err.write(
      `The night of ${startedAt} was begun and is not done. What it has can still be taken in: assay resume ${run.called}, then assay history add ${run.called}\n`,
    );
    return undefined;
  }
  return undefined;
}

/** Creates the run of a night, which has touched no machine yet. */
async function beginNight(
  options: NightOptions,
  context: CliContext,
  { history, registry, site }: Site,
): Promise<RunDirectory> {
  const { atOnce } = options;
  const window = options.until === undefined ? [] : [readWindow(options.until, context.now(), history.zone)];
  const held = await askHold(options, context);
  const ends = [...window, ...(held.until === undefined ? [] : [held.until])].map((end) => end.getTime());
  const night = {
    site,
    hold: held.hold,
    ...(ends.length === 0 ? {} : { until: new Date(Math.min(...ends)).toISOString() }),
    ...(atOnce === undefined ? {} : { atOnce }),
  };
  const usual = (metrics: ReadonlySet<string>) => history.usual(metrics);
  return prepareCertify({ ...options, night, usual }, registry, context);
}

/** The verdict of a night stands in the report of its run; on standard output stands the night. */
const nowhere = (): Writable => new Writable({ write: (_chunk, _encoding, done) => done() });

/** Measures what is left of a night, who was not measured for longest first. */
async function goThrough(
  run: RunDirectory,
  context: CliContext,
  { registry, history, isAgain }: Pick<Site, 'registry' | 'history'> & { readonly isAgain: boolean },
): Promise<void> {
  if (isAgain) context.err.write(`going on with ${run.called}\n`);
  const inventory = isAgain ? await loadOwnInventory(context, run, undefined) : await loadRunInventory(run);
  const names = inventory.nodes.map(({ name }) => name);
  const measuring = measureAndConclude({
    run,
    registry,
    inventory,
    context: { ...context, out: nowhere() },
    mode: isAgain ? 'attach' : 'open',
    json: false,
    acceptsOccupied: false,
    order: orderByNeed(names, await history.attendance()),
  });
  await (isAgain ? measuring : measuring.catch((cause: unknown) => removeIfUnbegun(context, run, cause)));
}
