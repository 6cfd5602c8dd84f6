import { existsSync } from 'node:fs';
import type { PrivilegedProbe } from '../../workloads/kit/facts/privileged-probes.ts';
import { idOf } from '../../workloads/kit/facts/privileged-probes.ts';
import type { ProbeOutput } from '../../workloads/kit/facts/probe-output.ts';
import { isAllowed, readSudoListing } from '../../workloads/kit/facts/read-sudo.ts';
import { privilegedWords, whyNotTrusted } from '../../workloads/kit/privilege.ts';
import { capture } from '../exec/capture.ts';
import { whyNotRoots } from '../exec/why-not-roots.ts';
import { findPrograms } from './find-programs.ts';

/**
 * Asks a management controller, where one of its devices is there. As another user than root only if sudo lists the command as
 * one that needs no password, so that no refusal stands in the log of anybody's machine.
 */
export async function askAsRoot(
  probe: PrivilegedProbe,
  path: string,
  devices: readonly string[],
): Promise<ProbeOutput> {
  const { file, args, timeoutMs } = probe;
  const id = idOf(probe);
  const places = await findPrograms([file, 'sudo'], path);
  const program = places[file];
  if (program === undefined || !devices.some((device) => existsSync(device)))
    return { id, status: 'absent', text: '' };
  if (process.geteuid?.() === 0) return capture({ id, file: program, args, timeoutMs }, path);
  const words = privilegedWords([{ ...probe, privilege: 'sudo' }], { programs: places }).flat();
  const denied: ProbeOutput = { id, status: 'denied', text: '' };
  if (places['sudo'] === undefined || whyNotTrusted(words) !== undefined) return denied;
  if ((await whyNotRoots(words)) !== undefined) return denied;
  const listing = await capture({ id, file: 'sudo', args: ['-n', '-l'], timeoutMs: 10_000 }, path);
  const allowed = listing.status === 'read' ? readSudoListing(listing.text) : undefined;
  if (allowed === undefined || !isAllowed(allowed, words)) return denied;
  return capture({ id, file: 'sudo', args: ['-n', '--', ...words], timeoutMs: timeoutMs + 6_000 }, path);
}
