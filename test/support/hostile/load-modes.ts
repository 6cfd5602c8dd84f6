import type { Liar, Lies } from '../lying-node.ts';
import { commandOf } from '../lying-node.ts';
import type { Mode } from './mode.ts';
import { afterStart, begin, chunks, ended, message, requestsOf, silence } from './mode.ts';

const flood = (lies: Lies, code: string, says: string): Mode => ({
  kind: 'floods',
  lies,
  code,
  says,
  alone: 3,
});
const silent = (lies: Lies, says: string, code = 'NODE_SILENT', alone = 3): Mode => ({
  kind: 'is silent',
  lies,
  code,
  says,
  alone,
});
/** Leaves a step with outputs that say so much of themselves. */
const claimed = (outputs: readonly { readonly file: string; readonly bytes: number }[]): Lies => ({
  batch: afterStart((liar, _, first) => {
    const said = outputs.map((each) => ({
      output: 'stdout',
      sha256: '0'.repeat(64),
      capped: false,
      ...each,
    }));
    const result = liar.keep(first, {}, (exit) => ({ ...exit, commands: [commandOf('speed', said)] }));
    liar.record(ended(first.step, result));
  }),
});

/** Only with what comes after the facts. */
const laterFetch =
  (lie: NonNullable<Lies[string]>): Lies[string] =>
  (liar, said) =>
    (String(said['path']).startsWith('steps/facts/')
      ? liar.honestly
      : (each: typeof said) => lie(liar, each))(said);

/** One byte now and then, of something that never comes to an end. */
const trickle =
  (say: (liar: Liar, at: number) => void): ((liar: Liar) => void) =>
  (liar) => {
    let at = 0;
    const timer = setInterval(() => say(liar, at++), 200);
    timer.unref();
    setTimeout(() => clearInterval(timer), 60_000).unref();
  };

/** Nodes that want our memory, our disk or our time. */
export const loadModes: Readonly<Record<string, Mode>> = {
  'records without end': flood(
    { fetch: ({ flood: send }) => send(() => message({ type: 'record', line: 'x'.repeat(400_000) })) },
    'NODE_FLOODS',
    'expected at most .* bytes of its journal',
  ),
  'a journal without end': flood(
    {
      probe: (liar) => {
        const go = (): void => {
          for (let count = 0; count < 100; count += 1) liar.record({ type: 'attached', from: 0 });
        };
        const timer = setInterval(go, 10);
        setTimeout(() => clearInterval(timer), 3_000);
      },
    },
    'NODE_FLOODS',
    'expected at most .* bytes of its journal',
  ),
  'long lines of a journal': flood(
    { probe: ({ record }) => record({ type: 'closed', reason: 'r'.repeat(400_000) }) },
    'NODE_FLOODS',
    'expected at most .* bytes of its journal',
  ),
  'a file without end': flood(
    chunks(Buffer.alloc(256 * 1024).toString('base64'), true),
    'NODE_FLOODS',
    'expected at most .* bytes of',
  ),
  'launches without end': flood(
    {
      probe: ({ flood: send }) => send(() => message({ type: 'launch', id: 1, step: 'x', words: [] })),
    },
    'NOT_ASKED',
    'expected at most 10000 launches',
  ),
  'signs of life without end': flood(
    { probe: ({ flood: send }) => send(() => message({ type: 'pong' })) },
    'NOT_ASKED',
    'sign of life',
  ),
  'standard error without end': flood(
    { probe: ({ flood: send }) => send(() => Buffer.alloc(65_536, 120), 'stderr') },
    'NODE_SILENT',
    'expected the facts',
  ),
  'outputs of gigabytes': flood(
    claimed([{ file: 'speed.stdout', bytes: 1e12 }]),
    'NODE_FLOODS',
    'expected at most .* bytes of',
  ),
  'an output as large as it may be': {
    kind: 'floods',
    lies: {
      batch: (liar, said) => {
        begin(liar, said);
        const [first] = requestsOf(said);
        if (first === undefined) return;
        const large = {
          exitCode: 0,
          durationMs: 1,
          stdout: 'x'.repeat(16 * 1024 * 1024),
          stderr: '',
          artifacts: {},
        };
        liar.record({ type: 'step-started', step: first.step });
        const result = liar.keep(first, { outputs: { speed: large } });
        liar.record(ended(first.step, result));
        liar.record({ type: 'batch-ended', batch: said['batch'], execution: 'completed' });
      },
    },
    alone: 2,
  },
  'outputs by the thousand': flood(
    claimed(Array.from({ length: 5000 }, (_, index) => ({ file: `f${index}`, bytes: 1 }))),
    'NOT_ASKED',
    'expected outputs that',
  ),
  'a line without end': flood(
    { probe: ({ flood: send }) => send(() => 'x'.repeat(65_536)) },
    'PROTOCOL_MISMATCH',
    'expected lines of at most',
  ),
  'noise before anything': flood(
    { exec: ({ flood: send }) => send(() => 'y\n'.repeat(16_384)) },
    'AGENT_LOST|NODE_SILENT',
    "answer from the node's shell",
  ),

  'silent from the start': silent({ exec: silence }, "expected an answer from the node's shell within"),
  'wants the agent and does not read it': silent(
    { exec: ({ raw }, { mark: said, nonce }) => raw(`${String(said)}\n${String(nonce)} push\n`) },
    'expected the agent to be received',
  ),
  'lacks the runtime and says no more': silent(
    {
      exec: (liar, said) => {
        if (!liar.once()) return;
        liar.raw(`${String(said['mark'])}\n${String(said['nonce'])} runtime x86_64 /var/tmp/assay-0\n`);
      },
    },
    'expected to hear whether the runtime is there',
  ),
  'silent to the greeting': silent({ hello: silence }, "expected the agent's greeting"),
  'promises a journal': silent(
    { hello: ({ send, hello }) => send({ type: 'welcome', version: 1, nonce: hello.nonce, records: 9e15 }) },
    'expected the rest of the journal',
  ),
  'silent to the probe': silent({ probe: silence }, 'expected the facts'),
  'silent in the probe': silent(
    { probe: ({ record }, { step }) => record({ type: 'step-started', step }) },
    'expected the facts',
  ),
  'silent to a fetch': silent({ fetch: laterFetch(silence) }, 'expected a file of evidence'),
  'silent in a fetch': silent(
    {
      fetch: laterFetch(({ send }, { path }) =>
        send({ type: 'chunk', path, offset: 0, data: 'AAAA', last: false }),
      ),
    },
    'expected a file of evidence',
  ),
  'a byte of a file now and then': silent(
    {
      fetch: laterFetch((liar, { path }) =>
        trickle((each, offset) => each.send({ type: 'chunk', path, offset, data: 'AA==', last: false }))(
          liar,
        ),
      ),
    },
    'expected a file of evidence',
  ),
  'a byte of nothing now and then': silent(
    { ping: silence, probe: trickle((each) => each.raw('x')) },
    'expected the facts|expected a sign of life',
    'AGENT_LOST',
  ),
  'silent to its batch': silent({ batch: silence }, 'expected the next step'),
  'silent in a step': silent({ batch: afterStart(silence) }, 'expected the next step to begin or end within'),
  'never ends its batch': silent(
    {
      batch: (liar, said) => {
        begin(liar, said);
        for (const request of requestsOf(said)) {
          liar.record({ type: 'step-started', step: request.step });
          liar.record(ended(request.step, liar.keep(request)));
        }
      },
    },
    'expected the next step',
  ),
  'deaf to every sign of life': silent(
    { ping: silence, batch: silence },
    'expected the next step|expected a sign of life',
    'NODE_SILENT|AGENT_LOST',
  ),
  'silent at the end': silent({ finish: silence }, 'expected the run to be removed', 'NODE_SILENT', 2),
};
