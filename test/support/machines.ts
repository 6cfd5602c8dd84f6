import { readdirSync, readFileSync } from 'node:fs';
import * as z from 'zod';
import type { ProbeOutput } from '../../workloads/kit/facts/probe-output.ts';
import { ProbeDocument } from '../../workloads/kit/facts/probe-output.ts';

const folder = new URL('../../workloads/kit/facts/fixtures/machines/', import.meta.url);

/** What a probe answered: its text, a JSON object, a file beside the case, or how it failed. */
const Answer = z.union([
  z.string(),
  z.strictObject({ file: z.string() }),
  z.strictObject({
    status: z.enum(['absent', 'denied', 'failed', 'timeout']),
    text: z.string().default(''),
    exitCode: z.number().int().optional(),
  }),
  z.record(z.string(), z.unknown()),
]);

/** `case.json` of a machine: what its probes answered, where that is from, and what has to be read from it. */
const MachineCase = z.strictObject({
  make: z.string(),
  /** Rebuilt: the texts that the sources show, in the form in which the probe gives them. */
  origin: z.enum(['recorded', 'rebuilt']),
  sources: z.array(z.string()).min(1),
  /** What is peculiar about it. */
  note: z.string(),
  scratchPath: z.string().default('/var/tmp/assay-0'),
  probes: z.record(z.string(), Answer),
  /** Parts of its facts. */
  expect: z.record(z.string(), z.unknown()),
});

export interface Machine extends Pick<z.infer<typeof MachineCase>, 'make' | 'origin' | 'expect'> {
  readonly name: string;
  readonly document: ProbeDocument;
}

/** All machines whose probes are kept. */
export function loadMachines(): readonly Machine[] {
  return readdirSync(folder).map((name) => loadMachine(name));
}

export function loadMachine(name: string): Machine {
  const at = (file: string): URL => new URL(`${name}/${file}`, folder);
  const { probes, scratchPath, ...about } = MachineCase.parse(
    JSON.parse(readFileSync(at('case.json'), 'utf8')),
  );
  const answer = (id: string, it: z.infer<typeof Answer>): ProbeOutput => {
    if (typeof it === 'string') return { id, status: 'read', text: it };
    if ('file' in it && typeof it.file === 'string')
      return { id, status: 'read', text: readFileSync(at(it.file), 'utf8') };
    if ('status' in it) return { id, ...it } as ProbeOutput;
    return { id, status: 'read', text: JSON.stringify(it) };
  };
  const document = ProbeDocument.parse({
    schema: 'assay/probes',
    schemaVersion: 1,
    scratchPath,
    probes: Object.entries(probes).map(([id, it]) => answer(id, it)),
  });
  return { ...about, name, document };
}
