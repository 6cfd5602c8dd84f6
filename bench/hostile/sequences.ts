import { firstOf, stepsOf } from '../../test/support/hostile/mode.ts';
import type { Liar, Lies, Message } from '../../test/support/lying-node.ts';

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
export type Random = () => number;

export function createRandom(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const pick = <T>(random: Random, from: readonly T[]): T => from[Math.floor(random() * from.length)] as T; // none is empty

const asked = ['hello', 'probe', 'batch', 'fetch', 'ping', 'finish'] as const;

/** A node that answers each message with some of the messages that the protocol has, in any order, or as it should. */
export function liesOf(random: Random): Lies {
  const lies: Record<string, (liar: Liar, message: Message) => void> = {};
  for (const type of asked) {
    if (random() < 0.4) continue; // honest here
    lies[type] = (liar, message) => {
      const count = Math.floor(random() * 5);
      for (let index = 0; index < count; index += 1) pick(random, actions)(liar, message, random);
    };
  }
  return lies;
}

type Action = (liar: Liar, message: Message, random: Random) => void;

const texts = [
  'facts',
  'r1-hash',
  'r2-hash',
  'zz',
  '../evil',
  '__proto__',
  '\u001b[2J',
  '',
  'b1',
  'x'.repeat(5000),
];
const numbers = [0, 1, -1, 7, 2 ** 31, 9e15, 1.5];
const text: (random: Random) => string = (random) => pick(random, texts);

/** A value of any kind, not too deep. */
const value = (random: Random, depth = 0): unknown => {
  const kind = random();
  if (kind < 0.4) return text(random);
  if (kind < 0.6) return pick(random, numbers);
  if (kind < 0.7) return pick(random, [null, true, false]);
  if (depth > 3) return 0;
  if (kind < 0.85) return [value(random, depth + 1), value(random, depth + 1)];
  return { [text(random)]: value(random, depth + 1) };
};

const stepOf = (message: Message, random: Random): string =>
  Array.isArray(message['steps']) ? pick(random, [...stepsOf(message), text(random)]) : text(random);

const executions = ['completed', 'error', 'timeout', 'refused', 'cancelled', 'lost', 'other'];

const records: readonly ((message: Message, random: Random) => object)[] = [
  (_, random) => ({
    type: 'opened',
    run: text(random),
    node: text(random),
    protocol: 1,
    bundle: 'x',
    bootId: 'x',
    directory: '/',
  }),
  () => ({ type: 'restarted', bootId: 'y' }),
  (message) => ({ type: 'plan', digest: message['plan'] ?? '0'.repeat(64) }),
  (message, random) => ({
    type: 'batch-started',
    batch: message['batch'] ?? text(random),
    steps: [stepOf(message, random)],
  }),
  (message, random) => ({ type: 'step-started', step: stepOf(message, random) }),
  (message, random) => ({
    type: 'batch-ended',
    batch: message['batch'] ?? 'b1',
    execution: pick(random, executions),
  }),
  () => ({ type: 'attached', from: 0 }),
  (_, random) => ({ type: 'swept', found: pick(random, numbers) }),
  (_, random) => ({ type: 'closed', reason: text(random) }),
  (_, random) => ({ type: text(random), [text(random)]: value(random) }),
];

const actions: readonly Action[] = [
  ({ honestly }, message) => honestly(message),
  ({ honestly }, message) => honestly(message),
  ({ record }, message, random) => record(pick(random, records)(message, random)),
  ({ record }, message, random) => record(pick(random, records)(message, random)),
  (liar, message, random) => {
    const step = stepOf(message, random);
    const request = Array.isArray(message['steps'])
      ? firstOf(message)
      : { workload: 'sha256', tool: 'openssl', params: {}, repetition: 1, session: 1, step };
    const result = liar.keep({ ...request, step }, {}, (exit) =>
      random() < 0.5 ? exit : { ...exit, [pick(random, Object.keys(exit))]: value(random) },
    );
    liar.record({ type: 'step-ended', step, execution: pick(random, executions), result });
  },
  ({ send }, message, random) =>
    send({
      type: 'chunk',
      path: message['path'] ?? `steps/${text(random)}/exit.json`,
      offset: pick(random, numbers),
      data: pick(random, ['', 'AAAA', '!']),
      last: random() < 0.5,
    }),
  ({ send }, _, random) =>
    send({ type: 'launch', id: pick(random, numbers), step: text(random), words: [text(random)] }),
  ({ send }, _, random) => send({ type: 'refusal', error: { code: text(random), message: text(random) } }),
  ({ send, hello }, _, random) =>
    send({
      type: 'welcome',
      version: 1,
      nonce: pick(random, [hello.nonce, 'no']),
      records: pick(random, numbers),
    }),
  ({ send }, _, random) => send({ type: pick(random, ['pong', 'stopped', 'finished']) }),
  ({ send }, _, random) => send({ type: 'clock', atMs: pick(random, numbers) }),
  ({ send }, _, random) => send({ type: text(random), [text(random)]: value(random) }),
  ({ raw }, _, random) => raw(pick(random, ['\n', '{', '}\n', '\u0000', '[[[[\n', '"'.repeat(100)])),
  () => undefined,
  ({ drop }, _, random) => {
    if (random() < 0.2) drop();
  },
];
