import { constants } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { dateOf } from '../../reports/verdict/words/night-words.ts';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import type { ExitCode } from '../../workloads/kit/error-code.ts';
import { exitCodes } from '../../workloads/kit/error-code.ts';
import { loadRegistry } from '../../workloads/registry.ts';
import type { History } from '../history/history.ts';
import { readImported } from '../history/read-imported.ts';
import { nightOf } from '../history/run-rows.ts';
import { readRunId } from '../store/find-run-around.ts';
import { readRows } from './add-nights.ts';
import type { CliContext } from './command.ts';

/**
 * Reads all runs in folders again and puts what they say in place of what the index has. One that cannot be read is told and left as it is;
 * so is one of the index that lies in none of the folders. Notes of people and imported numbers stay.
 */
export async function rebuildIndex(
  history: History,
  folders: readonly string[],
  context: CliContext,
): Promise<ExitCode> {
  const { environment, out, err } = context;
  if (folders.length === 0) throw usage('at least one folder of runs', 'assay history rebuild assay-runs');
  const registry = await loadRegistry();
  const found = new Set<string>();
  let code: ExitCode = exitCodes.pass;
  for (const folder of folders) {
    const at = resolve(environment.workingDirectory, folder);
    for (const name of (await readdir(at)).toSorted()) {
      const path = join(at, name);
      if ((await readRunId(path)) === undefined) continue;
      try {
        const rows = await readRows(history, path, registry, context);
        await history.replace(rows);
        found.add(rows.run.id);
      } catch (cause) {
        const fault = AssayError.from(cause);
        if (fault.code === 'DISK_FULL' || fault.code === 'INTERNAL') throw fault;
        err.write(`✖ ${fault.code} ${fault.message}\n`);
        code = fault.exitCode;
      }
    }
  }
  await history.tidy();
  const others = (await history.runs()).filter(({ id, origin }) => origin === 'run' && !found.has(id));
  out.write(`${found.size} runs read again\n`);
  if (others.length > 0)
    out.write(
      `${others.length} runs of the index are in none of the folders, or could not be read, and stay as they were: ${others
        .slice(0, 5)
        .map(({ id }) => id)
        .join(', ')}${others.length > 5 ? ' …' : ''}\n`,
    );
  return code;
}

/** The baseline has 30 measured nights; of a machine that is mostly in use they are as many weeks. */
const leastDays = 90;

/** Removes nights that are older than so many days. Runs are not touched. */
export async function pruneIndex(
  history: History,
  days: number | undefined,
  { out, now }: CliContext,
): Promise<ExitCode> {
  if (days === undefined || !Number.isInteger(days) || days < leastDays)
    throw usage(
      `--older-than with whole days, ${leastDays} at least`,
      'What got worse is told from nights that far back: assay history prune --older-than 400',
    );
  const before = nightOf(now().toISOString(), history.zone) - days;
  const { runs, imported } = await history.prune(before);
  out.write(
    `${runs} runs before ${dateOf(before)} removed from the index, ${imported} of them imported; notes on events stay\n`,
  );
  return exitCodes.pass;
}

/** Longer files are split by whoever has them: nights need not come at once. */
const mostBytes = 64 * 1024 * 1024;

/** Takes a site's own older numbers, or notes from an export; all of a file or nothing. */
export async function importFiles(
  history: History,
  files: readonly string[],
  { environment, out, now }: CliContext,
): Promise<ExitCode> {
  if (files.length === 0)
    throw usage('a file to import', 'assay history import FILE (docs/nightly.md has the columns)');
  for (const given of files) {
    const text = await readText(resolve(environment.workingDirectory, given), given);
    const { runs, notes } = readImported(given, text, nightOf(now().toISOString(), history.zone));
    const became = await history.addAll(runs);
    const added = await history.addNotes(notes);
    const fresh = became.filter((each) => each === 'added').length;
    out.write(
      `${given}: ${fresh} nights imported, ${became.length - fresh} there already; ${added} notes imported, ${notes.length - added} there already\n`,
    );
  }
  return exitCodes.pass;
}

async function readText(path: string, given: string): Promise<string> {
  try {
    await using handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const stat = await handle.stat();
    if (!stat.isFile() || stat.size > mostBytes)
      throw usage(
        `a file of up to ${mostBytes} bytes, got ${given} with ${stat.size}`,
        'Split it by nights.',
      );
    return await handle.readFile('utf8');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT')
      throw usage(`a file at ${given}, found none`, 'Check the path.');
    throw cause;
  }
}

const usage = (expected: string, hint: string): AssayError =>
  new AssayError('USAGE', `expected ${expected}`, { hint });
