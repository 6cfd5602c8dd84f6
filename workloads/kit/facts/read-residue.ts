import * as z from 'zod';
import type { Evidence } from './evidence.ts';
import { known, unknown } from './fact.ts';
import type { HostFacts } from './host-facts.ts';
import { mapFact } from './read-number.ts';

export const residueId = 'residue of mining';

/** Where systems for mining keep themselves: HiveOS (minershive/hiveos-linux) and minerstat OS. */
export const miningFolders: readonly string[] = ['/hive', '/hive-config', '/home/minerstat/minerstat-os'];

/** Ports that pools listen on by custom: 3333 since the first stratum pools, and what others put beside it. Few else do. */
export const poolPorts: readonly number[] = [3333, 4444, 14_444];

const names = z.array(z.string().max(400)).max(10_000);

/** What the probe found; `own`: of users, which root alone may read. */
export const Residue = z.strictObject({
  services: names,
  jobs: names,
  ownJobs: names,
  folders: names,
  connections: z.record(z.string().regex(/^\d{1,5}$/), z.number().int().positive()),
  unread: names,
  unreadOwn: names,
});
export type Residue = z.infer<typeof Residue>;

/** What is left of mining. What could not be looked at makes an empty list unknown, never empty. */
export function readResidue(evidence: Evidence): HostFacts['residue'] {
  const said = evidence.json(residueId, Residue);
  const list = (found: readonly string[], unread: readonly string[]) =>
    found.length === 0 && unread.length > 0
      ? unknown(`not looked at: ${unread.slice(0, 3).join(', ')}${unread.length > 3 ? ' …' : ''}`)
      : known([...found]);
  return {
    software: mapFact(said, ({ services, jobs, folders, unread }) =>
      list(
        [
          ...services.map((each) => `service ${each}`),
          ...jobs.map((each) => `job ${each}`),
          ...folders.map((each) => `folder ${each}`),
        ],
        unread,
      ),
    ),
    userJobs: mapFact(said, ({ ownJobs, unreadOwn }) =>
      list(
        ownJobs.map((each) => `job ${each}`),
        unreadOwn,
      ),
    ),
    poolConnections: mapFact(said, ({ connections }) =>
      known(Object.entries(connections).map(([port, count]) => `${count} to port ${port}`)),
    ),
  };
}
