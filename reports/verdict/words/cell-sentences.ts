import type { Sentences } from './sentences.ts';

/** What is measured, but not by whoever asks nothing of several machines together. */
const elsewhere: ReadonlyMap<string, string> = new Map([
  [
    'multi-node-all-reduce',
    'a survey looks at each machine by itself; certify measures pairs and groups of them',
  ],
]);

/** Why a cell is as it is, before anything was measured. */
export const cellSentences = {
  quoted: ({ text }) => text,
  all: ({ of }, say) => of.map(say).join('; '),
  damaged: ({ file, expected, found }) => `${file}: expected ${expected}, found ${found}`,
  'no-access': () => 'nobody could log in',
  'not-covered': ({ matter }) => elsewhere.get(matter) ?? `Assay cannot measure this yet: ${matter}`,
  'no-facts': ({ why }, say) =>
    `there are no facts about this node: ${why === undefined ? 'the probes left none' : say(why)}`,
  'after-restart': ({ what, step }, say) => `${say(what)} (${step}, after a restart)`,
  'gone-after-restart': ({ label, step }) => `${label} is gone after a restart (${step})`,
  'unknown-devices': ({ device, unknown }) => `whether there is any ${device} is not known: ${unknown}`,
  'no-device': ({ device }) => `there is no ${device} on this node`,
  'no-facts-received': () => 'the node was reached, but no facts were received from it',
  'nothing-received': () => 'nothing was ever received from it',
  vanished: ({ label }) => `${label} was planned for and is not in the facts`,
  'in-use': ({ by }) => `in use by somebody: ${by.join(', ')}`,
  'not-held': ({ reservation }) => `not held for this night: it is not in the reservation ${reservation}`,
  'out-of-window': ({ until }) => `not begun: it would not have been over by ${until}`,
  'tenant-came': ({ what }) => `cancelled: a tenant came: ${what}`,
} satisfies Partial<Sentences>;
