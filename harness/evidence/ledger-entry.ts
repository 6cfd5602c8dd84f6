import * as z from 'zod';
import { ProfileId } from '../../workloads/kit/names.ts';
import type { Result } from '../../workloads/kit/result.ts';
import { err, ok } from '../../workloads/kit/result.ts';
import { safeParse } from '../../workloads/kit/safe-parse.ts';
import { readCanonical } from './canonical-json.ts';
import { Digest } from './manifest.ts';
import type { LedgerAttempt } from './statement.ts';

const base = { at: z.iso.datetime(), run: z.string().max(64) };

/** What a ledger says of a run, in the order in which it happened. */
export const LedgerEntry = z.discriminatedUnion('type', [
  /** Before the first login: a run of which nothing else is told was begun and never ended. */
  z.strictObject({
    ...base,
    type: z.literal('begin'),
    /** Digest of `run.json`, which has a nonce and names all inputs. */
    header: Digest,
    inventory: Digest,
    profile: ProfileId,
    suite: z.string().max(200),
    /** Going on with a run that was begun before. */
    isAgain: z.boolean(),
  }),
  /** What was found at the other end: the things that each machine consists of, by digests. */
  z.strictObject({
    ...base,
    type: z.literal('identity'),
    items: z.array(z.string().regex(/^[0-9a-f]{16}$/)).max(1_000_000),
  }),
  z.strictObject({
    ...base,
    type: z.literal('end'),
    /** The verdict; absent where there is none. */
    conclusion: z.enum(['pass', 'fail', 'undecided', 'unreached']).optional(),
    /** Why it ended without one. */
    code: z.string().max(60).optional(),
  }),
]);
export type LedgerEntry = z.infer<typeof LedgerEntry>;

/** The entry that a line is the canonical text of. */
export function readEntry(line: Uint8Array): Result<LedgerEntry> {
  const value = readCanonical(line);
  if (!value.ok) return value;
  const parsed = safeParse(LedgerEntry, value.value);
  return parsed.success ? ok(parsed.data) : err(parsed.error.issues[0]?.message ?? 'no entry');
}

/** What a thing is called in a ledger. */
export const shortItem = (item: string): string => item.slice(0, 16);

/** At least so long ago; passing reports do not hide what came shortly before them. */
const windowMs = 90 * 24 * 3600 * 1000;

/**
 * All attempts at the machines of a run until its end, oldest first: runs that found one of its things, and runs by its inventory that
 * found nothing; since it last passed by the same profile, and 90 days at least.
 */
export function attemptsOf(entries: readonly LedgerEntry[], run: string): readonly LedgerAttempt[] {
  const begins = entries.flatMap((entry, index) => (entry.type === 'begin' ? [{ ...entry, index }] : []));
  const own = begins.filter((begin) => begin.run === run);
  const [first] = own;
  if (first === undefined) return [];
  const itemsOf = (name: string): ReadonlySet<string> =>
    new Set(entries.flatMap((entry) => (entry.type === 'identity' && entry.run === name ? entry.items : [])));
  const items = itemsOf(run);
  const isAlike = (other: (typeof begins)[number]): boolean => {
    if (other.run === run) return true;
    const found = itemsOf(other.run);
    return found.size === 0 || items.size === 0
      ? other.inventory === first.inventory
      : [...found].some((item) => items.has(item));
  };
  const alike = begins.filter(isAlike).map((begin) => ({ begin, end: endOf(entries, begin) }));
  const passed = alike.filter(
    ({ begin, end }) =>
      begin.run !== run &&
      begin.index < first.index &&
      begin.profile === first.profile &&
      end?.conclusion === 'pass',
  );
  const since = Math.min(Date.parse(passed.at(-1)?.end?.at ?? first.at), Date.parse(first.at) - windowMs);
  return alike.filter(({ begin }) => passed.length === 0 || Date.parse(begin.at) >= since).map(attemptOf);
}

/**
 * All runs that found one of these things, by their short digests, and those by one of these inventories that found nothing, oldest
 * first; one that was gone on with stands there again.
 */
export function attemptsWith(
  entries: readonly LedgerEntry[],
  { items, inventories }: { readonly items: ReadonlySet<string>; readonly inventories: ReadonlySet<string> },
): readonly LedgerAttempt[] {
  const found = new Map<string, boolean>();
  for (const entry of entries)
    if (entry.type === 'identity')
      found.set(entry.run, found.get(entry.run) === true || entry.items.some((item) => items.has(item)));
  return entries.flatMap((entry, index) => {
    if (entry.type !== 'begin' || !(found.get(entry.run) ?? inventories.has(entry.inventory))) return [];
    const begin = { ...entry, index };
    return [attemptOf({ begin, end: endOf(entries, begin) })];
  });
}

/** The last begin of a run in a ledger, by the digest of its header, and how it ended. */
export function attemptAt(
  entries: readonly LedgerEntry[],
  run: string,
  header: string,
): (LedgerAttempt & { readonly inventory: string }) | undefined {
  const index = entries.findLastIndex(
    (entry) => entry.type === 'begin' && entry.run === run && entry.header === header,
  );
  const entry = entries[index];
  if (entry?.type !== 'begin') return undefined;
  const begin = { ...entry, index };
  return { ...attemptOf({ begin, end: endOf(entries, begin) }), inventory: entry.inventory };
}

function attemptOf({
  begin: { index, run, at, suite, profile, isAgain },
  end,
}: {
  readonly begin: Extract<LedgerEntry, { type: 'begin' }> & { readonly index: number };
  readonly end: Extract<LedgerEntry, { type: 'end' }> | undefined;
}): LedgerAttempt {
  return {
    index,
    run,
    at,
    suite: isAgain ? `${suite} (gone on with)` : suite,
    profile,
    end: end?.conclusion ?? end?.code ?? 'no end',
  };
}

/** The end that belongs to a begin: the next one of its run before that is begun again. */
function endOf(
  entries: readonly LedgerEntry[],
  { index, run }: { readonly index: number; readonly run: string },
): Extract<LedgerEntry, { type: 'end' }> | undefined {
  for (const entry of entries.slice(index + 1)) {
    if (entry.run !== run) continue;
    if (entry.type === 'begin') return undefined;
    if (entry.type === 'end') return entry;
  }
  return undefined;
}
