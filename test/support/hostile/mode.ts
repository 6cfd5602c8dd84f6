import type { StepRequest } from '../../../agents/protocol/step.ts';
import type { Liar, Lies, Message, Request } from '../lying-node.ts';

/** What a node can do to whoever measures it. */
export const kinds = [
  'refuses in our name',
  'sends what nobody asked for',
  'floods',
  'is silent',
  'breaks the framing',
  'claims to be somebody',
  'disconnects',
] as const;

/** One way to misbehave, and what becomes of it. */
export interface Mode {
  readonly kind: (typeof kinds)[number];
  readonly lies: Lies;
  /** By which the node is told of; absent: it is measured like an honest one. */
  readonly code?: string;
  /** A part of the sentence that it is told with. */
  readonly says?: string;
  /** Exit code of a survey of this node alone. */
  readonly alone: number;
}

/** The steps of a batch as they were asked for. */
export const requestsOf = ({ steps }: Message): readonly Request[] =>
  (steps as readonly StepRequest[]).map(({ budgetMs: _, ...request }) => request); // sent by the coordinator under test

export const stepsOf = (message: Message): readonly string[] => requestsOf(message).map(({ step }) => step);

export function firstOf(message: Message): Request {
  const [first] = requestsOf(message);
  if (first === undefined) throw new Error('expected a batch of steps');
  return first;
}

/** Begins a batch like an honest node, with these steps instead of those that were asked for, if given. */
export function begin({ record }: Liar, message: Message, steps = stepsOf(message)): void {
  record({ type: 'plan', digest: message['plan'] });
  record({ type: 'batch-started', batch: message['batch'], steps });
}

/** A batch whose first step begins, and then this. */
export const afterStart =
  (act: (liar: Liar, message: Message, first: Request) => void): Lies[string] =>
  (liar, message) => {
    begin(liar, message);
    const first = firstOf(message);
    liar.record({ type: 'step-started', step: first.step });
    act(liar, message, first);
  };

export const ended = (step: string, result: string, execution = 'completed'): object => ({
  type: 'step-ended',
  step,
  execution,
  result,
});

export const silence = (): void => undefined;

export const message = (said: object): string => `${JSON.stringify(said)}\n`;

/** Is honest but for one file, of which it sends this without end. */
export const chunks = (data: string, grows: boolean): Lies => ({
  fetch: (liar, { path }) => {
    let offset = 0;
    liar.flood(() => {
      const said = message({ type: 'chunk', path, offset, data, last: false });
      if (grows) offset += Buffer.byteLength(data, 'base64');
      return said;
    });
  },
});
