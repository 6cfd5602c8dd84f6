import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import { readBusyNodes, readReservation } from '../config/read-reservation.ts';
import type { NightHeader } from '../store/run-header.ts';
import type { CliContext } from './command.ts';

/** A controller that is asked for longer than this does not answer. */
const askMs = 20_000;

/**
 * How the machines of a night are held: by a reservation of the scheduler, which is asked, or because somebody says by name that
 * nobody else comes. A reservation that ends before the window ends it. Throws HOLD_MISSING without either.
 */
export async function askHold(
  given: { readonly reservation?: string | undefined; readonly noHold?: string | undefined },
  { environment, now }: Pick<CliContext, 'environment' | 'now'>,
): Promise<{ readonly hold: NightHeader['hold']; readonly until: Date | undefined }> {
  const { reservation, noHold } = given;
  if (noHold !== undefined) {
    const name = noHold.trim();
    if (name !== '' && name.length <= 80) return { hold: { by: 'name', name }, until: undefined };
    throw new AssayError(
      'USAGE',
      `expected --no-hold to name who says that nobody else comes, got \`${name.slice(0, 80)}\``,
      {
        hint: 'Give a name of 1 to 80 characters.',
      },
    );
  }
  if (reservation === undefined)
    throw new AssayError(
      'HOLD_MISSING',
      'expected machines that are held for this night, found nothing that says so',
      {
        hint: 'Name a reservation of Slurm, --reservation NAME, or where there is no scheduler who says that nobody else comes: --no-hold NAME.',
      },
    );
  if (!/^[\w.-]{1,80}$/.test(reservation) || reservation.startsWith('-'))
    throw new AssayError('USAGE', `expected the name of a reservation, got \`${reservation.slice(0, 80)}\``, {
      hint: 'See: scontrol show reservation',
    });
  const { nodes, until } = readReservation(
    reservation,
    await ask(environment, ['scontrol', 'show', 'reservation', reservation, '--oneliner']),
    now(),
  );
  const jobs = await ask(environment, ['squeue', '--noheader', '--states=R,CG', '--format=%N']);
  const held = new Set(nodes);
  const busy = readBusyNodes(jobs).filter((node) => held.has(node));
  return { hold: { by: 'slurm', reservation, nodes: [...nodes], busy }, until };
}

async function ask(
  { variables }: CliContext['environment'],
  [file = '', ...args]: readonly string[],
): Promise<string> {
  try {
    const options = { env: { ...variables, LC_ALL: 'C' }, timeout: askMs, maxBuffer: 1024 * 1024 };
    return (await promisify(execFile)(file, args, options)).stdout;
  } catch (cause) {
    throw new AssayError(
      'HOLD_MISSING',
      `expected ${file} to tell what is held, found: ${AssayError.from(cause).message.slice(0, 200)}`,
      { cause, hint: 'Run this where the commands of Slurm know the cluster. Nothing was touched.' },
    );
  }
}
