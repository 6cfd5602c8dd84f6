import { escapeJson } from '../../reports/text/clean-text.ts';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import type { ExitCode } from '../../workloads/kit/error-code.ts';
import { exitCodes } from '../../workloads/kit/error-code.ts';
import type { History } from '../history/history.ts';
import { findEvent } from '../history/history.ts';
import type { CloseReason } from '../history/tables.ts';
import type { CliContext } from './command.ts';
import { describeEvent, eventDocument } from './print-nights.ts';

/** What somebody says of an event on the command line. */
export interface SaidOfEvent {
  readonly ack?: boolean | undefined;
  readonly close?: CloseReason | undefined;
  readonly by?: string | undefined;
  readonly note?: string | undefined;
}

/** Long enough for what was found and done; the rest belongs where tickets are. */
const longestNote = 2000;
const longestName = 100;

/** Shows an event, or writes down what somebody says of it. */
export async function sayOfEvent(
  history: History,
  id: string,
  said: SaidOfEvent,
  json: boolean,
  { out, now }: CliContext,
): Promise<ExitCode> {
  const action = readAction(said);
  const event = eventDocument(
    action === undefined
      ? findEvent((await history.judge()).events, id)
      : await history.say(id, { at: now().toISOString(), ...action }),
  );
  out.write(json ? `${escapeJson(JSON.stringify(event, undefined, 1))}\n` : `${describeEvent(event)}\n`);
  return exitCodes.pass;
}

function readAction({ ack = false, close, by, note = '' }: SaidOfEvent) {
  if (!ack && close === undefined) {
    if (by === undefined && note === '') return undefined;
    throw usage('--ack or --close beside --by and --note, got neither');
  }
  if (ack && close !== undefined) throw usage('--ack or --close, got both');
  if (by === undefined || by.trim() === '' || by.length > longestName)
    throw usage(
      `who says so (--by NAME, up to ${longestName} characters), got \`${(by ?? '').slice(0, 60)}\``,
    );
  if (note.length > longestNote) throw usage(`a note of up to ${longestNote} characters, got ${note.length}`);
  if (close !== undefined && note.trim() === '')
    throw usage('what was found or done (--note TEXT) to close an event');
  return { action: close ?? ('acknowledged' as const), author: by, words: note };
}

const usage = (expected: string): AssayError =>
  new AssayError('USAGE', `expected ${expected}`, {
    hint: 'assay history event ID --close repaired --by NAME --note "DIMM A3 replaced"',
  });
