import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { cleanText } from '../../reports/text/clean-text.ts';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import { History } from '../history/history.ts';
import { isPostgres, placeName } from '../history/place.ts';
import { createSite } from '../serve/create-site.ts';
import { createGate } from '../serve/gate.ts';
import { listen } from '../serve/listen.ts';
import { SiteState } from '../serve/site-state.ts';
import { readPrivateFile } from '../store/key-file.ts';
import { stateFolder } from '../store/user-state.ts';
import { assayVersion } from '../version.ts';
import type { CliContext } from './command.ts';
import { createInterrupter } from './interruption.ts';
import { historyPlace, keepHeapSmall } from './open-history.ts';
import { machineDocument, nightsDocument } from './print-nights.ts';

export interface ServeOptions {
  readonly database: string | undefined;
  readonly address: string;
  readonly port: number;
  readonly names: readonly string[];
  readonly tokenFile: string | undefined;
  readonly proxyHeader: string | undefined;
}

/** Shows the pages until it is interrupted. Throws USAGE, KEY_REFUSED, HISTORY_UNUSABLE. */
export async function serve(
  { database, address, port, names, tokenFile, proxyHeader }: ServeOptions,
  { environment, out, err }: CliContext,
): Promise<void> {
  const { workingDirectory, stateHome } = environment;
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new AssayError('USAGE', `expected --port to be a whole number up to 65535, got ${port}`, {
      hint: '0 takes a free one.',
    });
  const token =
    tokenFile === undefined
      ? undefined
      : (await readPrivateFile(resolve(workingDirectory, tokenFile))).trim();
  const gate = createGate({ address, names, token, proxyHeader });
  const path =
    historyPlace(environment, database) ?? join(stateFolder(stateHome, 'history'), 'nights.sqlite');
  if (!isPostgres(path) && !existsSync(path))
    throw new AssayError('HISTORY_UNUSABLE', `${path}: expected an index of nights, found nothing`, {
      hint: 'Take runs into it first: assay history add RUN..',
    });
  keepHeapSmall();
  const history = await History.open(path, undefined);
  try {
    const clockMs = (): number => performance.now();
    const tell = (cause: unknown): void => {
      err.write(`✖ ${cleanText(AssayError.from(cause).message)}\n`);
    };
    const documents = { nights: nightsDocument, machine: machineDocument };
    err.write(`Reading ${path}. This takes a minute for millions of measurements.\n`);
    const state = await SiteState.read({ history, documents, clockMs, tell });
    const site = createSite({ state, gate, documents, assay: assayVersion });
    const interrupter = createInterrupter(err, undefined, environment.terminal.columns);
    try {
      const listening = await listen((request) => site.fetch(request), { address, port, onError: tell });
      out.write(`Serving ${placeName(path)} at ${listening.url} until Ctrl-C.\n`);
      await new Promise<void>((ended) => {
        interrupter.detach.addEventListener('abort', () => ended(), { once: true });
      });
      await listening.close();
      await state.settled();
    } finally {
      interrupter.dispose();
    }
  } finally {
    await history.close();
  }
}
