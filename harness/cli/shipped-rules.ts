import { existsSync } from 'node:fs';
import { sha256 } from '../../agents/protocol/chain.ts';
import { cleanText } from '../../reports/text/clean-text.ts';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import type { Limit } from '../../workloads/kit/limit.ts';
import { LimitFile } from '../../workloads/kit/limit.ts';
import type { Registry } from '../../workloads/registry.ts';
import { findSuite, loadBuiltIn } from '../config/built-in.ts';
import { StoredProfile } from '../config/profile.ts';
import { Suite } from '../config/suite.ts';
import { limitsDocument } from '../store/create-run.ts';
import { toJson } from '../store/read-document.ts';
import type { RunDirectory } from '../store/run-directory.ts';
import { inputNames, runPaths } from '../store/run-directory.ts';
import { noteOf } from '../store/started-runs.ts';
import { assayVersion } from '../version.ts';
import type { CliContext } from './command.ts';

/**
 * Says beside a verdict by which rules it was judged that are not those that ship with Assay: who sends a directory can
 * have written others under their names and versions. What this user started here was begun with the shipped ones.
 */
export async function tellUnshipped(
  { environment, err }: CliContext,
  run: RunDirectory,
  registry: Registry,
): Promise<void> {
  if (existsSync(noteOf(environment.stateHome, run))) return;
  const found = await findUnshipped(run, registry);
  if (found.length === 0) return;
  const begunWith =
    run.header.assay === assayVersion ? '' : ` (the run says that it was begun by ${run.header.assay})`;
  err.write(`\nNot what Assay ${assayVersion} ships${cleanText(begunWith)}:\n`);
  for (const each of found) err.write(`  ${cleanText(each)}\n`);
}

async function findUnshipped(run: RunDirectory, registry: Registry): Promise<readonly string[]> {
  const builtIn = await loadBuiltIn(registry);
  const digests = new Map(run.header.inputs.map(({ path, sha256: digest }) => [path, digest]));
  const isSame = (name: string, document: unknown): boolean =>
    digests.get(`${runPaths.inputs}/${name}`) === sha256(toJson(document));
  const found: string[] = [];
  const compare = (
    kind: string,
    kept: { id: string; version: string },
    own: { version: string } | undefined,
  ): void => {
    const named = `${kind} ${kept.id} ${kept.version}`;
    if (own === undefined) found.push(`${named}: there is none of this name`);
    else if (own.version !== kept.version) found.push(`${named}: shipped is ${own.version}`);
    else found.push(`${named}: the shipped one of this name and version is another`);
  };
  for (const path of [...digests.keys()].filter((each) => each.startsWith(`${runPaths.inputs}/profiles/`))) {
    const kept = await run.readDocument(StoredProfile, path);
    const own = builtIn.profiles.find(({ id }) => id === kept.id);
    if (own === undefined || !isSame(inputNames.profile(kept.id), own)) compare('profile', kept, own);
  }
  const suite = await run.readDocument(Suite, `${runPaths.inputs}/${inputNames.suite}`);
  const own = await findSuite(suite.id, registry, '/').catch((cause: unknown) => {
    if (cause instanceof AssayError && cause.code === 'CONFIG_INVALID') return undefined;
    throw cause;
  });
  if (own === undefined || !isSame(inputNames.suite, own)) compare('suite', suite, own);
  if (!isSame(inputNames.limits, limitsDocument(builtIn.limits))) {
    const kept = (await run.readDocument(LimitFile, `${runPaths.inputs}/${inputNames.limits}`)).limits;
    found.push(...compareLimits(kept, builtIn.limits));
  }
  return found;
}

/** More are not read. */
const mostNamed = 5;

function compareLimits(kept: readonly Limit[], own: readonly Limit[]): readonly string[] {
  const texts = new Map(own.map((limit) => [limit.id, toJson(limit)]));
  const ids = new Set(kept.map(({ id }) => id));
  const list = (what: string, limits: readonly Limit[]): readonly string[] => {
    if (limits.length === 0) return [];
    const named = limits.slice(0, mostNamed).map(({ id }) => id);
    const more = limits.length > named.length ? ` and ${limits.length - named.length} more` : '';
    return [`limits ${what}: ${named.join(', ')}${more}`];
  };
  return [
    ...list(
      'that are shipped with another content',
      kept.filter((limit) => texts.has(limit.id) && texts.get(limit.id) !== toJson(limit)),
    ),
    ...list(
      'that are not shipped',
      kept.filter(({ id }) => !texts.has(id)),
    ),
    ...list(
      'that are shipped and missing here',
      own.filter(({ id }) => !ids.has(id)),
    ),
  ];
}
