import * as z from 'zod';
import type { Evidence } from './evidence.ts';
import type { Fact } from './fact.ts';
import { known, unknown, valueOf } from './fact.ts';
import type { HostFacts } from './host-facts.ts';
import { mapFact } from './read-number.ts';

/** Where a library stands, and the file that this leads to; agents before wrote the place alone. */
const Found = z.record(
  z.string(),
  z.union([z.string(), z.strictObject({ path: z.string(), file: z.string() })]),
);

const found = (evidence: Evidence): Fact<z.infer<typeof Found>> => evidence.json('libraries', Found);

/** Absent libraries are not listed, so an unreadable list is an empty one. */
export const readLibraries = (evidence: Evidence): HostFacts['libraries'] =>
  Object.fromEntries(
    Object.entries(valueOf(found(evidence)) ?? {}).map(([name, place]) => [
      name,
      typeof place === 'string' ? place : place.path,
    ]),
  );

export const readSoftware = (evidence: Evidence): HostFacts['software'] => ({
  containerToolkit: mapFact(evidence.text('nvidia-ctk --version'), (said) => {
    const version = /^NVIDIA Container Toolkit CLI version (\S{1,60})$/m.exec(said.slice(0, 4096))?.[1];
    return version === undefined
      ? unknown(`nvidia-ctk --version: no version in \`${said.slice(0, 60)}\``)
      : known(version);
  }),
  nccl: mapFact(found(evidence), (all) => {
    const place = all[ncclName];
    if (place === undefined) return unknown(`no ${ncclName} was found where tools look for it`);
    const file = typeof place === 'string' ? place : place.file;
    const version = /\/libnccl\.so\.(\d{1,3}(?:\.\d{1,3}){2})$/.exec(file)?.[1];
    return version === undefined
      ? unknown(`the name of ${file.slice(0, 200)} has no version`)
      : known(version);
  }),
});

const ncclName = 'libnccl.so.2';
