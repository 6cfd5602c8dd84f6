import type { Lies } from '../lying-node.ts';
import type { Mode } from './mode.ts';
import { afterStart, chunks, ended } from './mode.ts';

const broken = (lies: Lies, says: string, code = 'PROTOCOL_MISMATCH', alone = 3): Mode => ({
  kind: 'breaks the framing',
  lies,
  code,
  says,
  alone,
});
const claim = (lies: Lies, code: string, says: string, alone = 3): Mode => ({
  kind: 'claims to be somebody',
  lies,
  code,
  says,
  alone,
});
/** Breaks the connection once and is honest after that, so that nothing is lost; or every time. */
const cut = (lies: Lies): Mode => ({ kind: 'disconnects', lies, alone: 0 });
const always = (lies: Lies, code = 'AGENT_LOST'): Mode => ({
  kind: 'disconnects',
  lies,
  code,
  says: 'the connection to the agent ended|answer from the node|session on the machine|greet',
  alone: 3,
});

const cutOnce =
  (before = false): Lies[string] =>
  (liar, said) => {
    if (!liar.once()) return liar.honestly(said);
    if (!before) liar.honestly(said);
    liar.drop();
  };

/** Nodes that speak otherwise, as somebody else, or not to the end. */
export const wireModes: Readonly<Record<string, Mode>> = {
  'no message at all': broken({ probe: ({ raw }) => raw('{"nothing":1}\n') }, 'does not fit protocol'),
  'no JSON': broken({ probe: ({ raw }) => raw('\u0000\u001b[2J{{{\n') }, 'does not fit protocol'),
  'depth without end': broken(
    { probe: ({ raw }) => raw(`{"type":"record","line":${'['.repeat(200_000)}${']'.repeat(200_000)}}\n`) },
    'does not fit protocol',
  ),
  'a prototype': broken(
    { probe: ({ raw }) => raw('{"type":"pong","__proto__":{"polluted":1}}\n') },
    'does not fit protocol',
  ),
  'numbers beyond all numbers': broken(
    {
      hello: ({ raw, hello }) =>
        raw(`{"type":"welcome","version":1,"nonce":"${hello.nonce}","records":1e999}\n`),
    },
    'does not fit protocol',
  ),
  'no base64': broken(
    { fetch: ({ send }, { path }) => send({ type: 'chunk', path, offset: 0, data: '!!!', last: true }) },
    'does not fit protocol',
  ),
  'another file than the digest says': broken(
    { fetch: ({ send }, { path }) => send({ type: 'chunk', path, offset: 0, data: 'AAAA', last: true }) },
    'expected sha256',
    'EVIDENCE_DAMAGED',
    4,
  ),
  'a chunk from elsewhere': broken(
    { fetch: ({ send }, { path }) => send({ type: 'chunk', path, offset: 7, data: 'AAAA', last: true }) },
    'expected a chunk at 0',
    'EVIDENCE_DAMAGED',
    4,
  ),
  'chunks of nothing': broken(chunks('', false), 'an empty one', 'EVIDENCE_DAMAGED', 4),
  'a broken chain': broken(
    {
      probe: ({ send }, { step }) =>
        send({
          type: 'record',
          line: JSON.stringify({ seq: 1, prev: 'f'.repeat(64), at: new Date(0), type: 'step-started', step }),
        }),
    },
    'does not continue the line before it',
    'EVIDENCE_DAMAGED',
    4,
  ),
  'no record in a record': broken(
    { probe: ({ send }) => send({ type: 'record', line: '[1]' }) },
    'expected the next link of the chain',
    'EVIDENCE_DAMAGED',
    4,
  ),
  'a result of any depth': broken(
    {
      batch: afterStart((liar, _, first) => {
        const deep = JSON.parse(`${'['.repeat(200)}${']'.repeat(200)}`) as unknown;
        liar.record(
          ended(
            first.step,
            liar.keep(first, {}, (exit) => ({ ...exit, params: { deep } })),
          ),
        );
      }),
    },
    'expected at most 128 levels, found more',
    'EVIDENCE_DAMAGED',
    4,
  ),
  'half a line and no more': {
    ...broken(
      {
        probe: ({ raw, drop }) => {
          raw('{"type":"rec');
          drop();
        },
      },
      'the connection to the agent ended',
      'AGENT_LOST',
    ),
  },

  'another node': claim(
    {
      hello: ({ send, record, hello }) => {
        send({ type: 'welcome', version: 1, nonce: hello.nonce, records: 1 });
        record({
          type: 'opened',
          run: hello.run,
          node: 'honest',
          protocol: 1,
          bundle: 'x',
          bootId: 'x',
          directory: '/',
        });
      },
    },
    'EVIDENCE_DAMAGED',
    'expected the journal of .* found that of honest',
    4,
  ),
  'another run': claim(
    {
      hello: ({ send, record, hello }) => {
        send({ type: 'welcome', version: 1, nonce: hello.nonce, records: 1 });
        record({
          type: 'opened',
          run: 'other',
          node: hello.node,
          protocol: 1,
          bundle: 'x',
          bootId: 'x',
          directory: '/',
        });
      },
    },
    'EVIDENCE_DAMAGED',
    'found that of .* in the run other',
    4,
  ),
  'a step outside of the run': claim(
    { batch: ({ record }) => record(ended('../../../../evil', '0'.repeat(64))) },
    'EVIDENCE_DAMAGED',
    'expected the next link of the chain',
    4,
  ),
  'a lease of somebody': claim(
    {
      hello: ({ send, hello }) =>
        send({
          type: 'refusal',
          error: { code: 'LEASE_HELD', message: 'I am honest' },
          beacons: ['0'.repeat(32), hello.beacon],
        }),
    },
    'LEASE_HELD',
    'says: I am honest',
  ),
  'beacons of everybody': claim(
    {
      hello: ({ send }) =>
        send({
          type: 'refusal',
          error: { code: 'LEASE_HELD', message: 'I am all' },
          beacons: Array.from({ length: 65 }, () => '0'.repeat(32)),
        }),
    },
    'PROTOCOL_MISMATCH',
    'does not fit protocol',
  ),
  'an answer to somebody else': claim(
    { hello: ({ send }) => send({ type: 'welcome', version: 1, nonce: '0'.repeat(32), records: 0 }) },
    'PROTOCOL_MISMATCH',
    'does not fit protocol',
  ),
  'control characters in its words': claim(
    {
      hello: ({ send }) =>
        send({
          type: 'refusal',
          error: { code: 'X', message: '\u001b]0;owned\u0007\u001b[2J\u202eevil', hint: '\u001b[31m✔ PASS' },
        }),
    },
    'NODE_REFUSED',
    'says: .*evil',
  ),
  'a newer protocol': claim(
    {
      hello: ({ send }) =>
        send({ type: 'refusal', error: { code: 'PROTOCOL_MISMATCH', message: 'expected protocol 2' } }),
    },
    'PROTOCOL_MISMATCH',
    'says: expected protocol 2',
  ),

  'cut at the greeting': cut({ hello: cutOnce() }),
  'cut before the facts': cut({ probe: cutOnce(true) }),
  'cut after the facts': cut({ probe: cutOnce() }),
  'cut in a fetch': cut({
    fetch: (liar, said) => {
      if (!liar.once()) return liar.honestly(said);
      liar.send({ type: 'chunk', path: said['path'], offset: 0, data: 'AAAA', last: false });
      liar.drop();
    },
  }),
  'cut before the batch': cut({ batch: cutOnce(true) }),
  'cut after the batch': cut({ batch: cutOnce() }),
  'cut at the end': cut({ finish: cutOnce(true) }),
  'cut at every greeting': always({ hello: ({ drop }) => drop() }),
  'cut at every probe': always({ probe: ({ drop }) => drop() }),
  'cut at every fetch': always({ fetch: ({ drop }) => drop() }),
  'cut at every batch': always({ batch: ({ drop }) => drop() }),
  'cut before a word': always({ exec: ({ drop }) => drop() }),
};
