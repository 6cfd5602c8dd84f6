import * as z from 'zod';
import switchTable from './sxids.json' with { type: 'json' };
import table from './xids.json' with { type: 'json' };

/** What has to be done about a card of which the driver has reported an Xid; `record`: nothing, by itself. */
export const xidActions = [
  'record',
  'investigate',
  'reconfigure',
  'reset-retest',
  'reboot-retest',
  'reseat',
  'replace',
] as const;

/** One Xid: what it means, whose fault it is first taken for, and what follows. */
const Xid = z.strictObject({
  number: z.number().int().min(1).max(65_535),
  name: z.string().min(1).max(80),
  owner: z.enum(['hardware', 'driver', 'application', 'link', 'power']),
  action: z.enum(xidActions),
});
export type Xid = z.infer<typeof Xid>;

/**
 * The table of Xids. Numbers are unique and ascend. Vendors disagree about some; where they do, the catalogue's meaning is
 * taken and the stricter action: in a run nobody but us loads a card, so only four say something of a program alone (13, 31,
 * 43, 45).
 */
export const XidTable = z.strictObject({
  schema: z.literal('assay/xids'),
  schemaVersion: z.literal(1),
  source: z.strictObject({
    title: z.string().min(1),
    locator: z.url(),
    retrieved: z.iso.date(),
    says: z.string().min(1),
  }),
  xids: z
    .array(Xid)
    .min(1)
    .refine(
      (xids) => xids.every(({ number }, index) => index === 0 || number > (xids[index - 1]?.number ?? 0)),
      {
        error: 'expected every number once, in ascending order',
      },
    ),
});

const xids = new Map(XidTable.parse(table).xids.map((xid) => [xid.number, xid]));

/** What is known of an Xid; `undefined`: it is in no table, and nobody may pass on it. */
export const xidOf = (number: number): Xid | undefined => xids.get(number);

/** An Xid in words: `Xid 79 (GPU has fallen off the bus; reseat)`. One that is in no table has to be investigated. */
export function sayXid(number: number): string {
  const known = xidOf(number);
  return known === undefined
    ? `Xid ${number} (in no table that we know; investigate)`
    : `Xid ${number} (${known.name}; ${known.action})`;
}

/** Whether an Xid says by itself that something is wrong with a card, its link, its power or its driver. */
export const isFatal = (number: number): boolean => xidOf(number)?.action !== 'record';

const sxids = new Map(XidTable.parse(switchTable).xids.map((xid) => [xid.number, xid]));

/** What is known of an error of an NVSwitch (SXid); `undefined`: it is in no table. */
export const sxidOf = (number: number): Xid | undefined => sxids.get(number);
