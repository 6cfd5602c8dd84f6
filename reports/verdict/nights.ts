import * as z from 'zod';

const whole = z.number().int().nonnegative();
/** A date at the site, ISO 8601. */
export const date = z.string().regex(/^\d{4}-\d{2}-\d{2}$/);
/** By which rule something is found. */
export const speed = z.enum(['extreme', 'step', 'slow', 'drift', 'entry', 'vanished', 'counted']);
const exitCode = z.union([z.literal(0), z.literal(1), z.literal(2)]);

/** A series that was found worse, from the first such night to the last. */
const Spell = z.strictObject({
  series: z.string(),
  subject: z.string(),
  machine: z.string(),
  /** By what name the machine was called last; absent for what many have in common. */
  node: z.string().optional(),
  kind: z.string(),
  domain: z.string().optional(),
  /** What changed before it. */
  change: z.string().optional(),
  first: date,
  last: date,
  speeds: z.array(speed),
  /** The worst share by which it was off: −0.05 is five per cent worse, −1 that there is nothing. */
  worst: z.number(),
  /** By how much a counter grew, whose matter that is, and what to do about it. */
  grew: z.number().positive().optional(),
  owner: z.string().optional(),
  action: z.string().optional(),
  /** Nights since then on which it was as usual. */
  quiet: whole,
});

/** What somebody said of an event. */
const Note = z.strictObject({
  at: z.iso.datetime(),
  by: z.string(),
  action: z.enum(['acknowledged', 'repaired', 'explained', 'no cause found']),
  note: z.string(),
});

/** One thing that got worse, and what people said of it. */
export const EventOfNights = z.strictObject({
  id: z.string(),
  scope: z.enum(['fleet', 'change', 'domain', 'machine']),
  about: z.string(),
  first: date,
  last: date,
  state: z.enum(['open', 'acknowledged', 'closed']),
  /** Why it is over. */
  reason: z.enum(['repaired', 'explained', 'no cause found']).optional(),
  /** The night on which it came back after it was closed. */
  reopened: date.optional(),
  /** On the last night. `healed`: open, and as usual twice since; whether it is over is said by a person. */
  standing: z.enum(['new', 'still', 'unseen', 'healed', 'closed']),
  subjects: z.array(z.string()),
  /** How many machines had the change, or stand in the domain; of others absent. */
  of: whole.optional(),
  spells: z.array(Spell),
  /** Oldest first. */
  notes: z.array(Note),
});

/** What the nights in an index say together (`assay history events --json`). */
export const Nights = z.strictObject({
  schema: z.literal('assay/nights'),
  schemaVersion: z.literal(1),
  /** Time zone in which nights are dates. */
  zone: z.string(),
  /** The last night that is in the index; absent in an empty one. */
  lastNight: date.optional(),
  series: whole,
  /** Machines of the last night and of the week before it. */
  machines: z.strictObject({
    measured: whole,
    /** Whose devices told what they have counted, also of those in use. */
    counted: whole.optional(),
    /** `not reached`, `nothing measured`, or `not planned` though it was seen within a week. */
    others: z.array(z.strictObject({ node: z.string(), why: z.string() })),
    /** When something of a machine was measured last, of all machines that are in the index. */
    lastMeasured: z.array(z.strictObject({ node: z.string(), night: date })),
  }),
  /** Series that were measured on the last night. */
  measured: whole,
  /** Of those, how many nothing can be said of, by the reason. */
  unjudged: z.partialRecord(z.enum(['few-nights', 'few-peers', 'no-ratio']), whole),
  events: z.array(EventOfNights),
  /** Worse on the last night, and to be so again before anybody is told. */
  suspects: z.array(
    z.strictObject({
      series: z.string(),
      subject: z.string(),
      machine: z.string(),
      node: z.string().optional(),
      worst: z.number(),
    }),
  ),
  exitCode,
});
export type Nights = z.infer<typeof Nights>;
export type EventOfNights = z.infer<typeof EventOfNights>;
