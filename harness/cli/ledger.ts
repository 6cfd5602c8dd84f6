import { resolve } from 'node:path';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import type { ExitCode } from '../../workloads/kit/error-code.ts';
import { exitCodes } from '../../workloads/kit/error-code.ts';
import type { LedgerEntry } from '../evidence/ledger-entry.ts';
import { defineCommand } from './command.ts';

/** `assay ledger init|show|checkpoint|verify`: every attempt of this user, so that none can be left out later. */
export const ledgerCommand = defineCommand({
  command: 'ledger <action> [folder]',
  describe:
    'Enter every run before its first login: `init` a ledger, `show` it, print its `checkpoint`, `verify` it or a copy (docs/evidence.md)',
  examples: [
    ['ledger init --origin example.com/hall-3', 'from now on every run is entered before its first login'],
    ['ledger checkpoint', 'what a customer keeps, to see later that nothing was rewritten'],
    ['ledger verify copy --against kept.checkpoint', 'does this copy continue what was kept?'],
  ],
  builder: (argv) =>
    argv
      .positional('action', {
        choices: ['init', 'show', 'checkpoint', 'verify'] as const,
        demandOption: true,
        describe: 'What to do',
      })
      .positional('folder', { type: 'string', describe: "Copy of a ledger (default: this user's)" })
      .option('origin', {
        type: 'string',
        describe: '`init`: its name, of a domain and site: example.com/hall-3',
      })
      .option('against', {
        type: 'string',
        describe: '`verify`: an earlier checkpoint that it has to continue',
      }),
  run: async ({ action, folder: given, origin, against }, context): Promise<ExitCode> => {
    const { environment, out } = context;
    const { initLedger, ledgerFolder, requireContinues } = await import('../store/ledger.ts');
    const { openLedger } = await import('../run/ledger-place.ts');
    const at = (path: string): string => resolve(environment.workingDirectory, path);
    if (action === 'init') {
      const { ledgerOrigin } = await import('../evidence/checkpoint.ts');
      if (origin === undefined || !ledgerOrigin.test(origin))
        throw new AssayError('USAGE', 'expected --origin with a name of letters, digits and . / _ -', {
          hint: 'Write for example: assay ledger init --origin example.com/hall-3',
        });
      const { folder, key } = await initLedger(environment.stateHome, origin);
      out.write(`${origin}\nfolder       ${folder}\nfingerprint  ${key.fingerprint}\n${key.pem}`);
      return exitCodes.pass;
    }
    const ledger = openLedger(given === undefined ? ledgerFolder(environment.stateHome) : at(given));
    const { checkpoint, entries, note, key } = ledger;
    if (action === 'checkpoint') out.write(note);
    else if (action === 'show')
      for (const [index, entry] of entries.entries()) out.write(`${describe(index, entry)}\n`);
    else {
      out.write(`● ${checkpoint.origin}: ${checkpoint.size} entries, signed by ${key.fingerprint}\n`);
      if (against !== undefined) {
        const { loadSource } = await import('../config/load-source.ts');
        const { size } = requireContinues(ledger, (await loadSource(at(against))).text, against);
        out.write(`● the first ${size} are those of ${against}, unchanged and in order\n`);
      }
      out.write('It shows that what was entered is here unchanged, and not that everything was entered.\n');
    }
    return exitCodes.pass;
  },
});

function describe(index: number, entry: LedgerEntry): string {
  const head = `${String(index).padStart(6)}  ${entry.at}  ${entry.run}  ${entry.type.padEnd(8)}`;
  switch (entry.type) {
    case 'begin':
      return `${head}  ${entry.profile}, suite ${entry.suite}${entry.isAgain ? ', gone on with' : ''}`;
    case 'identity':
      return `${head}  ${entry.items.length} things`;
    case 'end':
      return `${head}  ${entry.conclusion ?? entry.code ?? ''}`;
  }
}
