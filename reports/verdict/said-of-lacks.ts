import * as z from 'zod';
import { saying } from './said-parts.ts';

const text = z.string();
const names = z.array(text);

/** What is said of what a node lacks for a tool, or for a tool between nodes. */
export const saidOfLacks = [
  saying('lacks', { programs: names, headers: names, libraries: names, cpuFlags: names }),
  saying('only-reads', {}),
  saying('no-workload', { workload: text }),
  saying('no-fabric', {}),
  saying('addresses-unknown', { unknown: text }),
  saying('no-address', { interface: text, others: names }),
  saying('unreadable-address', { interface: text, address: text }),
  saying('other-network', { network: text, others: text }),
  saying('same-address', { address: text }),
  saying('no-partner', {}),
] as const;
