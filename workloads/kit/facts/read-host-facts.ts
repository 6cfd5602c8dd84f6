import * as z from 'zod';
import type { Evidence } from './evidence.ts';
import { readEvidence } from './evidence.ts';
import { valueOf } from './fact.ts';
import type { HostFacts } from './host-facts.ts';
import type { ProbeDocument } from './probe-output.ts';
import { readAccelerators, readTold } from './read-accelerators.ts';
import { readAddresses } from './read-addresses.ts';
import { readCards } from './read-cards.ts';
import { readClock } from './read-clock.ts';
import type { Counted } from './read-counts.ts';
import { readCounts, readXids } from './read-counts.ts';
import { readCpu } from './read-cpu.ts';
import { readDrives } from './read-drives.ts';
import { readEnvironment } from './read-environment.ts';
import { fruParts } from './read-fru.ts';
import { readIdentity } from './read-identity.ts';
import { readLimits } from './read-limits.ts';
import { readMemory } from './read-memory.ts';
import { readNics } from './read-nics.ts';
import { readOccupancy } from './read-occupancy.ts';
import { readOs } from './read-os.ts';
import { readPowerSupplies } from './read-power-supplies.ts';
import { readResidue } from './read-residue.ts';
import { readScratch } from './read-scratch.ts';
import { readSettings } from './read-settings.ts';
import { readLibraries, readSoftware } from './read-software.ts';
import { readToolpack } from './read-toolpack.ts';
import { readTransceivers } from './read-transceivers.ts';
import { readWatch, readWork } from './read-watch.ts';

/**
 * Reads the facts of a node from its probes. Pure and total: whatever the probes hold, each field is known or says
 * why it is not.
 */
export const readHostFacts = (document: ProbeDocument): HostFacts => readMachine(document).facts;

/** The same, with what is held against another look at the machine. */
export function readMachine(document: ProbeDocument): {
  readonly facts: HostFacts;
  readonly counted: Counted;
} {
  const evidence = readEvidence(document);
  const watched = readWatch(evidence);
  const told = readTold(evidence);
  const accelerators = readAccelerators(evidence, told, watched);
  const drives = readDrives(evidence);
  const nics = readNics(evidence);
  const facts: HostFacts = {
    identity: readIdentity(evidence),
    os: readOs(evidence),
    cpu: readCpu(evidence),
    memory: readMemory(evidence),
    accelerators,
    drives,
    nics,
    networkCards: readCards(evidence),
    transceivers: readTransceivers(evidence),
    powerSupplies: readPowerSupplies(evidence),
    fans: fruParts(evidence, 'fans'),
    environment: readEnvironment(evidence),
    settings: readSettings(evidence),
    addresses: readAddresses(evidence),
    scratch: readScratch(evidence, document.scratchPath, drives),
    limits: readLimits(evidence),
    occupancy: readOccupancy(evidence, accelerators, watched, readWork(watched, drives, nics)),
    residue: readResidue(evidence),
    programs: readPlaces(evidence, 'programs'),
    headers: readPlaces(evidence, 'headers'),
    libraries: readLibraries(evidence),
    software: readSoftware(evidence),
    clockDeviationSeconds: readClock(evidence),
    toolpack: readToolpack(evidence),
  };
  const gpus = [told['10de'], told['1002']].flatMap((it) => valueOf(it)?.gpus ?? []);
  return { facts, counted: { counts: readCounts(evidence, gpus), xids: readXids(evidence, told['10de']) } };
}

export type MachineFacts = Pick<HostFacts, 'identity' | 'cpu' | 'accelerators' | 'drives' | 'nics'>;

/** The part of the facts that says which machine it is and in which state, as `readHostFacts` reads it. */
export function readMachineFacts(document: ProbeDocument): MachineFacts {
  const evidence = readEvidence(document);
  return {
    identity: readIdentity(evidence),
    cpu: readCpu(evidence),
    accelerators: readAccelerators(evidence, readTold(evidence), readWatch(evidence)),
    drives: readDrives(evidence),
    nics: readNics(evidence),
  };
}

/** Absent programs are not listed, so an unreadable list is an empty one: every tool is then reported missing. */
const readPlaces = (evidence: Evidence, id: string): Record<string, string> =>
  valueOf(evidence.json(id, z.record(z.string(), z.string()))) ?? {};
