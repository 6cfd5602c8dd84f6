import * as z from 'zod';
import type { Evidence } from './evidence.ts';
import type { Fact } from './fact.ts';
import { known } from './fact.ts';
import type { HostFacts } from './host-facts.ts';
import { mapFact } from './read-number.ts';

/** What Node's `os.networkInterfaces()` gives, as far as it is used. */
const Interfaces = z.record(
  z.string(),
  z.array(z.object({ family: z.string(), cidr: z.string().nullable(), internal: z.boolean() })),
);

/** IPv4 addresses with their prefix, of every interface that is up and not the loopback. */
export function readAddresses(evidence: Evidence): HostFacts['addresses'] {
  return mapFact(
    evidence.json('addresses', Interfaces),
    (interfaces): Fact<{ interface: string; ipv4: string }[]> =>
      known(
        Object.entries(interfaces).flatMap(([name, addresses]) =>
          addresses
            .filter(({ family, internal, cidr }) => family === 'IPv4' && !internal && cidr !== null)
            .flatMap(({ cidr }) => (cidr === null ? [] : [{ interface: name, ipv4: cidr }])),
        ),
      ),
  );
}
