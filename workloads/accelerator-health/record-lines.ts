import * as z from 'zod';
import { readStrictly } from '../kit/parse-json.ts';
import type { Result } from '../kit/result.ts';
import { err, ok } from '../kit/result.ts';
import { safeParse } from '../kit/safe-parse.ts';

const gpu = z.string().regex(/^[0-9a-f]{4,8}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]$/);
const count = z.number().int().nonnegative();
const seconds = z.number().nonnegative();
const text = z.string().max(600);
/** A number, or why it is not known, in the driver's words. */
const told = z.union([count, text.min(1)]);
export type Told = z.infer<typeof told>;
const line = { n: count.positive() };
const ofCard = { ...line, gpu };

const Open = z.strictObject({
  ...line,
  type: z.literal('open'),
  compiler: text,
  standIn: z.boolean(),
  period: z.number().positive(),
  cards: count.positive(),
  /** NVSwitches on the bus. */
  switches: count,
  driver: z.string().regex(/^\d+(\.\d+){1,3}$/),
  library: text.min(1),
  /** `open`, or why the kernel's log cannot be read. */
  log: text.min(1),
});
const Card = z.strictObject({
  ...ofCard,
  type: z.literal('card'),
  uuid: text,
  /** `open`, or why it tells no events. */
  events: text.min(1),
});
/** Everything that a card has counted, in nanoseconds where it is a time, or is set to. */
export const Look = z.strictObject({
  ...ofCard,
  type: z.literal('look'),
  when: z.enum(['first', 'last']),
  seconds,
  uncorrected: told,
  remapped: told,
  remapPending: told,
  remapFailure: told,
  retired: told,
  sram: told,
  recovery: told,
  softwareThermal: told,
  hardwareThermal: told,
  powerBrake: told,
  powerCap: told,
  thermal: told,
  boardLimit: told,
  reliability: told,
  replays: told,
  limitMilliwatts: told,
  defaultMilliwatts: told,
  mostGeneration: told,
  mostWidth: told,
  links: told,
  activeLinks: told,
  linkErrors: told,
  fabric: told,
  processes: told,
});
export type Look = z.infer<typeof Look>;
/** What was seen since the line before it of the same card; from `margin` on only under load. */
const Seen = z.strictObject({
  ...ofCard,
  type: z.literal('seen'),
  seconds,
  samples: count,
  loaded: count,
  slowed: count,
  reasons: count,
  hottest: told,
  /** Degrees, and 1000: a card can be beyond its limit. */
  margin: told,
  leastMegahertz: told,
  mostMegahertz: told,
  milliwatts: told,
  generation: told,
  width: told,
});
const Event = z
  .strictObject({
    ...ofCard,
    type: z.literal('event'),
    by: z.enum(['events', 'log']),
    xid: count.optional(),
    bit: count.optional(),
    seconds,
  })
  .refine(({ xid, bit }) => (xid === undefined) !== (bit === undefined), {
    error: 'expected an Xid or a bit',
  });
const Switch = z.strictObject({
  ...line,
  type: z.literal('switch'),
  switch: gpu,
  sxid: count.positive().max(65_535),
  isFatal: z.boolean(),
  /** −1: the line names none. */
  link: z.number().int().min(-1).max(999),
  seconds,
});
const Fault = z.strictObject({ ...ofCard, type: z.literal('fault'), said: text });
const Gap = z.strictObject({
  ...line,
  type: z.literal('gap'),
  of: z.enum(['events', 'log', 'time']),
  gpu: gpu.optional(),
  said: text,
  seconds,
});
const End = z.strictObject({
  ...line,
  type: z.literal('end'),
  why: z.enum(['told', 'parent', 'full']),
  seconds,
  lines: count,
});
const Line = z.discriminatedUnion('type', [Open, Card, Look, Seen, Event, Switch, Fault, Gap, End]);
export type Line = z.infer<typeof Line>;
export type LineOf<T extends Line['type']> = Extract<Line, { readonly type: T }>;

export const linesOf = <T extends Line['type']>(lines: readonly Line[], type: T): readonly LineOf<T>[] =>
  lines.filter((each): each is LineOf<T> => each.type === type);

/**
 * Reads what native/record.c printed: all of it, from `open` to `end`. A line that is missing, doubled or moved is an error, and so
 * is a recorder that ended before it was told to: what came after that nobody saw.
 */
export function readLines(stdout: string): Result<{
  readonly open: LineOf<'open'>;
  readonly lines: readonly Line[];
  readonly end: LineOf<'end'>;
}> {
  const texts = stdout.replace(/\r?\n$/, '').split('\n');
  const lines: Line[] = [];
  for (const [index, each] of texts.entries()) {
    const document = readStrictly(each);
    if (!document.ok)
      return err(`line ${index + 1}: expected ${document.error.expected}, got ${document.error.found}`);
    const read = safeParse(Line, document.value);
    if (!read.success) return err(`line ${index + 1}: ${z.prettifyError(read.error).slice(0, 300)}`);
    if (read.data.n !== index + 1) return err(`line ${index + 1}: expected that number, got ${read.data.n}`);
    lines.push(read.data);
  }
  const [open, end] = [lines[0], lines.at(-1)];
  if (open?.type !== 'open' || end?.type !== 'end' || end.lines !== lines.length)
    return err(`expected lines from \`open\` to \`end\`, got ${lines.length} of another kind`);
  if (end.why !== 'told')
    return err(
      end.why === 'full'
        ? 'the recorder ended before the steps that it went beside: it had more to tell than it may'
        : 'the recorder ended before the steps that it went beside: its agent was gone',
    );
  const cards = linesOf(lines, 'card');
  const addresses = new Set(cards.map((card) => card.gpu));
  if (cards.length !== open.cards || addresses.size !== cards.length)
    return err(`expected ${open.cards} cards, each once, got ${cards.length}`);
  const stranger = lines.find((each) => 'gpu' in each && each.gpu !== undefined && !addresses.has(each.gpu));
  return stranger === undefined
    ? ok({ open, lines, end })
    : err(`line ${stranger.n}: a card that was not opened`);
}
