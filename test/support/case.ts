import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { known, unknown } from '../../workloads/kit/facts/fact.ts';
import { Accelerator, Drive, HostFacts, Nic } from '../../workloads/kit/facts/host-facts.ts';
import { readHostFacts } from '../../workloads/kit/facts/read-host-facts.ts';
import { SourcePlace } from '../../workloads/kit/sample.ts';
import { Seat } from '../../workloads/kit/seat.ts';
import type { StepOutputs } from '../../workloads/kit/tool.ts';

/** A command as the tool plans it, with its placeholders. */
const Planned = z.strictObject({
  argv: z.array(z.string()).min(1),
  env: z.record(z.string(), z.string()).default({}),
  stdin: z.string().optional(),
  artifacts: z.array(z.string()).default([]),
});

const Counters = z.record(z.templateLiteral(['/', z.enum(['proc', 'sys']), '/', z.string()]), z.string());
const CountersPair = z.strictObject({ before: Counters, after: Counters });

const Expected = z.union([
  z.strictObject({
    /** Absent where a log does not say it. */
    toolVersion: z.string().optional(),
    readings: z.array(
      z.strictObject({
        metric: z.string(),
        value: z.number(),
        dimensions: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
        at: z.array(SourcePlace).min(1),
        device: z.string().optional(),
        isStandIn: z.literal(true).optional(),
        invalid: z.string().optional(),
      }),
    ),
    unmeasured: z.array(z.strictObject({ device: z.string().optional(), why: z.string().min(1) })).optional(),
  }),
  /** A part of the message. */
  z.strictObject({ error: z.string().min(1) }),
]);

const shared = {
  tool: z.string(),
  version: z.string().regex(/^[\w. -]+$/),
  /** What is special about it, and what was done to make it so. */
  note: z.string().min(1).optional(),
  params: z.record(z.string(), z.unknown()),
  /** What `needs` and `plan` look at: paths in HostFacts (`limits.allowedCpus`) and what is known there. */
  facts: z.record(z.string(), z.unknown()),
  /** The leader's, for workloads that several nodes run together. */
  seat: Seat.optional(),
  /** In the order of the plan. */
  commands: z.record(
    z.string(),
    Planned.extend({
      /** What was run where it is not what is planned now. */
      ran: Planned.pick({ argv: true, env: true }).optional(),
      /** Absent: it never ran. */
      ended: z
        .strictObject({ exitCode: z.number().int().optional(), durationMs: z.number().nonnegative() })
        .optional(),
    }),
  ),
  /** What the tool's launcher said on the leader, and what a member runs then. */
  launches: z
    .array(z.strictObject({ words: z.array(z.string()), commands: z.record(z.string(), Planned) }))
    .default([]),
  expected: Expected,
};

/** `case.json`: one step of one tool, what it was asked, what came out and what has to be read in it. */
export const CaseFile = z.discriminatedUnion('origin', [
  z.strictObject({
    origin: z.literal('recorded'),
    source: z.strictObject({ date: z.iso.date(), machine: z.string().min(1) }),
    ...shared,
  }),
  /** Where no machine could be had: from a public report. */
  z.strictObject({
    origin: z.literal('rebuilt'),
    source: z.strictObject({ address: z.url(), title: z.string().min(1) }),
    ...shared,
  }),
]);
export type CaseFile = z.infer<typeof CaseFile>;

/** A case with its outputs, and its facts filled in. */
export interface Case extends Omit<CaseFile, 'facts'> {
  readonly name: string;
  readonly facts: HostFacts;
  readonly outputs: StepOutputs;
}

const workloads = fileURLToPath(new URL('../../workloads', import.meta.url));

/** The fixtures of a workload, `workloads/<id>/fixtures`. */
export const fixturesOf = (workload: string): string => join(workloads, workload, 'fixtures');

/** Cases of logs that people have, `workloads/<id>/logs/fixtures`. */
export const logFixturesOf = (workload: string): string => join(workloads, workload, 'logs', 'fixtures');

/** One fixture of a workload. */
export const loadCase = (workload: string, name: string): Case => readCase(fixturesOf(workload), name);

/** All fixtures in a directory, and why some of them are none. A workload without tools has no directory. */
export function loadCases(directory: string): {
  readonly cases: readonly Case[];
  readonly violations: readonly string[];
} {
  const cases: Case[] = [];
  const violations: string[] = [];
  for (const name of existsSync(directory) ? readdirSync(directory).toSorted() : []) {
    try {
      cases.push(readCase(directory, name));
    } catch (cause) {
      violations.push(`${name}: ${cause instanceof z.ZodError ? z.prettifyError(cause) : String(cause)}`);
    }
  }
  return { cases, violations };
}

/**
 * Reads `case.json` and the files beside it, named as an agent names them: `<command>.stdout`, `.stderr`,
 * `.counters.json`, `.artifact.<file>`. An absent text is empty; a file that belongs to no command is refused.
 */
function readCase(directory: string, name: string): Case {
  const folder = join(directory, name);
  if (!statSync(folder).isDirectory() || !existsSync(join(folder, 'case.json')))
    throw new Error('expected a folder with a case.json');
  const left = new Set(readdirSync(folder));
  const take = (file: string): string | undefined =>
    left.delete(file) ? readFileSync(join(folder, file), 'utf8') : undefined;
  const file = CaseFile.parse(JSON.parse(take('case.json') ?? ''));
  const outputs: StepOutputs = Object.fromEntries(
    Object.entries(file.commands).flatMap(([id, { ended, artifacts }]) => {
      if (ended === undefined) return [];
      const counters = take(`${id}.counters.json`);
      const kept = artifacts.flatMap((path) => {
        const artifact = path.replace(/^.*\//, '');
        const text = take(`${id}.artifact.${artifact}`);
        return text === undefined ? [] : [[artifact, text] as const];
      });
      const output = {
        stdout: take(`${id}.stdout`) ?? '',
        stderr: take(`${id}.stderr`) ?? '',
        exitCode: ended.exitCode,
        durationMs: ended.durationMs,
        artifacts: Object.fromEntries(kept),
        ...(counters === undefined ? {} : { counters: CountersPair.parse(JSON.parse(counters)) }),
      };
      return [[id, output]];
    }),
  );
  if (left.size > 0) throw new Error(`expected files of its commands only, got ${[...left].join(', ')}`);
  return { ...file, name, facts: fillFacts(file.facts), outputs };
}

const nothing = readHostFacts({ schema: 'assay/probes', schemaVersion: 1, scratchPath: '/', probes: [] });

const lists = new Map<string, z.ZodObject>([
  ['accelerators', Accelerator],
  ['drives', Drive],
  ['nics', Nic],
]);

/** Of each device in a list what a case says of it, for cases are older than some facts. */
function fillDevices(path: string, value: unknown): unknown {
  const list = lists.get(path);
  if (list === undefined || !Array.isArray(value)) return value;
  const blank = Object.fromEntries(Object.keys(list.shape).map((key) => [key, unknown('not in this case')]));
  return value.map((device: object) => ({ ...blank, ...device }));
}

/** Facts of a node of which only this is known, by paths in HostFacts. */
export function fillFacts(knownFacts: Readonly<Record<string, unknown>>): HostFacts {
  const facts: Record<string, unknown> = structuredClone({ ...nothing });
  for (const [path, value] of Object.entries(knownFacts)) {
    const keys = path.split('.');
    const last = keys.pop() ?? '';
    const parent = keys.reduce((at, key) => at[key] as Record<string, unknown>, facts); // refused below if none
    const isFact = Object.hasOwn(parent[last] ?? {}, 'unknown');
    parent[last] = isFact ? known(fillDevices(path, value)) : value;
  }
  return HostFacts.parse(facts);
}
