import { resolve } from 'node:path';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import type { ExitCode } from '../../workloads/kit/error-code.ts';
import { exitCodes } from '../../workloads/kit/error-code.ts';
import type { LedgerEntry } from '../evidence/ledger-entry.ts';
import type { ReadLedger } from '../store/ledger.ts';
import type { CliContext } from './command.ts';
import { defineCommand } from './command.ts';
import { key, passphraseFd } from './options.ts';

/** `assay ledger init|show|checkpoint|verify|witness|proof`: every attempt of this user, so that none can be left out later. */
export const ledgerCommand = defineCommand({
  command: 'ledger <action> [path]',
  describe:
    'Enter every run before its first login: `init` a ledger, `show` it, print its `checkpoint`, `verify` it or a copy, sign what you saw of it as a `witness`, print the `proof` of a run (docs/evidence.md)',
  examples: [
    ['ledger init --origin example.com/hall-3', 'from now on every run is entered before its first login'],
    ['ledger checkpoint', 'what a customer keeps, to see later that nothing was rewritten'],
    ['ledger verify copy --against kept.checkpoint', 'does this copy continue what was kept?'],
    [
      'ledger witness copy --against kept.checkpoint --key w.key --name example.net/w1',
      'its checkpoint, with the word of a customer that it continues what he signed before',
    ],
    [
      'ledger proof latest --checkpoint seen.checkpoint',
      'the place of a run in it, in one file (.tlog-proof)',
    ],
  ],
  builder: (argv) =>
    argv
      .positional('action', {
        choices: ['init', 'show', 'checkpoint', 'verify', 'witness', 'proof'] as const,
        demandOption: true,
        describe: 'What to do',
      })
      .positional('path', {
        type: 'string',
        describe: "Copy of a ledger (default: this user's); `proof`: the run",
      })
      .option('origin', {
        type: 'string',
        describe: '`init`: its name, of a domain and site: example.com/hall-3',
      })
      .option('against', {
        type: 'string',
        describe: '`verify`, `witness`: an earlier checkpoint that it has to continue',
      })
      .option('first', {
        type: 'boolean',
        default: false,
        describe: '`witness`: that no earlier checkpoint of it was signed by you',
      })
      .option('name', { type: 'string', describe: '`witness`: what you call yourself: example.net/w1' })
      .option('checkpoint', {
        type: 'string',
        describe:
          '`proof`, `witness`: a checkpoint of the ledger that others have signed too (default: the last)',
      })
      .option('key', key)
      .option('passphrase-fd', passphraseFd),
  run: async (args, context): Promise<ExitCode> => {
    const { action, path: given, origin, against } = args;
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
    const textAt = async (path: string): Promise<string> => {
      const { loadSource } = await import('../config/load-source.ts');
      return (await loadSource(at(path))).text;
    };
    if (action === 'proof') {
      const { proveRun } = await import('../run/ledger-place.ts');
      const { openRun } = await import('./run-location.ts');
      const run = await openRun(environment, given ?? 'latest');
      const own = openLedger(ledgerFolder(environment.stateHome));
      const note = args.checkpoint === undefined ? undefined : await textAt(args.checkpoint);
      out.write(proveRun(own, run, note));
      return exitCodes.pass;
    }
    const ledger = openLedger(given === undefined ? ledgerFolder(environment.stateHome) : at(given));
    const { checkpoint, entries, note, key: ledgerKey } = ledger;
    if (action === 'witness') out.write(await witness(context, ledger, args, textAt));
    else if (action === 'checkpoint') out.write(note);
    else if (action === 'show')
      for (const [index, entry] of entries.entries()) out.write(`${describe(index, entry)}\n`);
    else {
      out.write(`● ${checkpoint.origin}: ${checkpoint.size} entries, signed by ${ledgerKey.fingerprint}\n`);
      if (against !== undefined) {
        const { size } = requireContinues(ledger, await textAt(against), against);
        out.write(`● the first ${size} are those of ${against}, unchanged and in order\n`);
      }
      out.write('It shows that what was entered is here unchanged, and not that everything was entered.\n');
    }
    return exitCodes.pass;
  },
});

/** The checkpoint of a ledger, signed by somebody who has all of its entries before him and those that he signed before. */
async function witness(
  context: CliContext,
  ledger: ReadLedger,
  args: {
    readonly against?: string | undefined;
    readonly first: boolean;
    readonly checkpoint?: string | undefined;
    readonly name?: string | undefined;
    readonly key?: string | undefined;
    readonly passphraseFd?: number | undefined;
  },
  textAt: (path: string) => Promise<string>,
): Promise<string> {
  const { ledgerOrigin } = await import('../evidence/checkpoint.ts');
  const { addCosignature } = await import('../evidence/cosignature.ts');
  const { requireContinues } = await import('../store/ledger.ts');
  const { openSigner } = await import('./signer.ts');
  const { against, first, name = '' } = args;
  if (!ledgerOrigin.test(name))
    throw new AssayError('USAGE', 'expected --name with a name of letters, digits and . / _ -', {
      hint: 'Write for example: --name example.net/w1',
    });
  if ((against === undefined) !== first)
    throw new AssayError(
      'USAGE',
      'expected --against with the checkpoint that you signed last, or --first where there is none, got both or none',
      { hint: 'A witness says that a ledger continues what he has seen before.' },
    );
  if (against !== undefined) requireContinues(ledger, await textAt(against), against);
  const note = args.checkpoint === undefined ? ledger.note : await textAt(args.checkpoint);
  const { size } = requireContinues(ledger, note, args.checkpoint ?? 'the checkpoint');
  if (size !== ledger.checkpoint.size)
    throw new AssayError(
      'USAGE',
      `expected a checkpoint of all ${ledger.checkpoint.size} entries of the copy, found one of ${size}`,
      { hint: 'A witness signs the largest that he has seen.' },
    );
  const signer = await openSigner(context, args);
  if (signer.publicKey.algorithm !== 'ed25519')
    throw new AssayError('KEY_REFUSED', '--key: expected a key of Ed25519, found another kind', {
      hint: 'Checkpoints are signed by Ed25519: assay keys new w.key --algorithm ed25519',
    });
  return addCosignature(note, { name, signer, at: context.now() });
}

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
