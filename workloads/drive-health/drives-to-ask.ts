import type * as z from 'zod';
import type { CommandInput } from '../kit/command.ts';
import { valueOf } from '../kit/facts/fact.ts';
import type { Drive, HostFacts } from '../kit/facts/host-facts.ts';
import { whyNotRoot } from '../kit/privilege.ts';
import type { Result } from '../kit/result.ts';
import { err, ok } from '../kit/result.ts';

type KnownDrive = z.infer<typeof Drive>;

/** Drives that answer for themselves, by how the kernel reaches them; a virtual disk or one behind a bridge does not. */
export function drivesToAsk({ drives }: HostFacts, transports: readonly string[]): readonly KnownDrive[] {
  return (valueOf(drives) ?? []).filter(
    ({ name, transport }) =>
      transports.includes(valueOf(transport) ?? '') && /^(nvme\d+n\d+|sd[a-z]+)$/.test(name),
  );
}

/** Whether there is a drive to ask, and the right to ask it. */
export function canAsk(
  facts: HostFacts,
  asked: readonly KnownDrive[],
  commands: readonly CommandInput[],
): Result<undefined> {
  if ('unknown' in facts.drives) return err(`the drives are unknown: ${facts.drives.unknown}`);
  if (asked.length === 0) {
    const found = facts.drives.value.map(
      ({ name, transport }) => `${name} (${valueOf(transport) ?? 'transport unknown'})`,
    );
    return err(
      `expected a drive that tells its health to this tool, got ${found.length === 0 ? 'none' : found.join(', ')}`,
    );
  }
  const why = whyNotRoot(commands, facts);
  return why === undefined ? ok(undefined) : err(why);
}
