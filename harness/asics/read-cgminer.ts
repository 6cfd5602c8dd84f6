import * as z from 'zod';
import type { AsicAnswer } from '../../reports/verdict/asic-answer.ts';
import { isTooDeep } from '../../workloads/kit/parse-json.ts';
import type { Result } from '../../workloads/kit/result.ts';
import { err, ok } from '../../workloads/kit/result.ts';

/** What is asked, in this order, one connection each: all of it only reads (cgminer, api.c: commands without privilege). */
export const commands = ['version', 'summary', 'stats'] as const;
export type CgminerCommand = (typeof commands)[number];

/** What cgminer and its descendants print for a number: also as a text, and `nan` where there is none. */
const number = z.union([z.number(), z.string().max(40)]).transform((given, context) => {
  const value =
    typeof given === 'number' ? given : /^\d+(\.\d+)?$/.test(given.trim()) ? Number(given) : Number.NaN;
  if (Number.isFinite(value) && value >= 0) return value;
  context.addIssue({ code: 'custom', message: `expected a number, got \`${String(given).slice(0, 40)}\`` });
  return z.NEVER;
});
const text = z.string().max(200);

const Status = z.object({
  STATUS: z
    .array(
      z.object({
        STATUS: z.string().max(4),
        Code: z.number().optional(),
        Msg: text.optional(),
        Description: text.optional(),
      }),
    )
    .min(1)
    .max(16),
});
const Version = z.object({
  VERSION: z
    .array(z.record(z.string().max(80), z.union([text, z.number()])))
    .min(1)
    .max(16),
});
const Summary = z.object({
  SUMMARY: z
    .array(
      z.object({
        Elapsed: number,
        'MHS av': number.optional(),
        'GHS av': number.optional(),
        'HS av': number.optional(),
        'Hardware Errors': number.optional(),
      }),
    )
    .min(1)
    .max(16),
});
const Stats = z.object({ STATS: z.array(z.looseObject({ Type: text.optional() })).max(64) });

/** Units of the mean rate: of each only one is there. */
const rates = [
  ['HS av', 1],
  ['MHS av', 1e6],
  ['GHS av', 1e9],
] as const;

/**
 * What replies to `version`, `summary` and `stats` say; `undefined`: there was none. Firmware writes JSON with commas too many or too
 * few, so those are mended and nothing else.
 */
export function readCgminer(replies: Readonly<Record<CgminerCommand, string | undefined>>): AsicAnswer {
  const version = readReply(Version, replies.version);
  if (!version.ok) return unknown('version', version.error);
  const summary = readReply(Summary, replies.summary);
  if (!summary.ok) return unknown('summary', summary.error);
  const [said] = summary.value.SUMMARY;
  const found = rates.flatMap(([key, factor]) => {
    const value = said?.[key];
    return value === undefined ? [] : [value * factor];
  });
  const [hashesPerSecond, another] = found;
  if (said === undefined || hashesPerSecond === undefined || another !== undefined || hashesPerSecond > 1e17)
    return unknown('summary', 'expected one mean rate of hashes');
  const names = Object.entries(version.value.VERSION[0] ?? {}).filter(
    ([key]) => key !== 'API' && key !== 'Type',
  );
  const stats = readReply(Stats, replies.stats);
  const type =
    version.value.VERSION[0]?.['Type'] ??
    (stats.ok ? stats.value.STATS.find((each) => each.Type)?.Type : undefined);
  const errors = said['Hardware Errors'];
  return {
    firmware: names
      .map(([key, value]) => `${key} ${value}`)
      .join(', ')
      .slice(0, 200),
    ...(type === undefined ? {} : { model: String(type).slice(0, 200) }),
    hashesPerSecond,
    elapsedSeconds: Math.min(said.Elapsed, 1e10),
    ...(errors === undefined || !Number.isSafeInteger(errors) ? {} : { hardwareErrors: errors }),
  };
}

const unknown = (command: CgminerCommand, why: string): AsicAnswer => ({
  unknown: `${command}: ${why}`.slice(0, 300),
});

function readReply<T>(schema: z.ZodType<T>, reply: string | undefined): Result<T> {
  if (reply === undefined) return err('no answer');
  const mended = mend(reply);
  if (isTooDeep(mended)) return err('expected an answer of few levels');
  let document: unknown;
  try {
    document = JSON.parse(mended);
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    return err(`expected JSON, got \`${reply.slice(0, 40)}\``);
  }
  const status = Status.safeParse(document);
  const [first] = status.success ? status.data.STATUS : [];
  if (first === undefined) return err('expected an answer with its status');
  if (first.STATUS !== 'S' && first.STATUS !== 'W')
    return err(
      `it refuses: ${first.Msg ?? 'no reason'}${first.Code === undefined ? '' : ` (code ${first.Code})`}`,
    );
  const read = schema.safeParse(document);
  return read.success ? ok(read.data) : err(read.error.issues[0]?.message ?? 'expected another answer');
}

/** The byte that ends a reply, raw ends of lines, and commas that are lacking between objects or stand before an end. */
const mend = (reply: string): string =>
  reply
    .replace(/\0.*$/s, '')
    .replaceAll(/[\n\r\t]/g, ' ')
    .replaceAll(/\}\s*\{/g, '},{')
    .replaceAll(/,\s*([}\]])/g, '$1')
    .replaceAll(/\[\s*,/g, '[');
