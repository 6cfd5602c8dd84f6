import * as z from 'zod';
import type { Evidence } from './evidence.ts';
import { readEvidence } from './evidence.ts';
import { valueOf } from './fact.ts';
import type { HostFacts } from './host-facts.ts';
import type { ProbeDocument } from './probe-output.ts';
import { readAccelerators, readNvidia } from './read-accelerators.ts';
import { readAddresses } from './read-addresses.ts';
import { readCpu } from './read-cpu.ts';
import { readDrives } from './read-drives.ts';
import { readIdentity } from './read-identity.ts';
import { readLimits } from './read-limits.ts';
import { readMemory } from './read-memory.ts';
import { readNics } from './read-nics.ts';
import { readOccupancy } from './read-occupancy.ts';
import { readOs } from './read-os.ts';
import { readScratch } from './read-scratch.ts';

/**
 * Reads the facts of a node from its probes. Pure and total: whatever the probes hold, each field is known or says
 * why it is not.
 */
export function readHostFacts(document: ProbeDocument): HostFacts {
  const evidence = readEvidence(document);
  const accelerators = readAccelerators(evidence, readNvidia(evidence));
  const drives = readDrives(evidence);
  return {
    identity: readIdentity(evidence),
    os: readOs(evidence),
    cpu: readCpu(evidence),
    memory: readMemory(evidence),
    accelerators,
    drives,
    nics: readNics(evidence),
    addresses: readAddresses(evidence),
    scratch: readScratch(evidence, document.scratchPath, drives),
    limits: readLimits(evidence),
    occupancy: readOccupancy(evidence, accelerators),
    programs: readPlaces(evidence, 'programs'),
    headers: readPlaces(evidence, 'headers'),
    libraries: readPlaces(evidence, 'libraries'),
  };
}

/** Absent programs are not listed, so an unreadable list is an empty one: every tool is then reported missing. */
const readPlaces = (evidence: Evidence, id: string): Record<string, string> =>
  valueOf(evidence.json(id, z.record(z.string(), z.string()))) ?? {};
