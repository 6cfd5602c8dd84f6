import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { outputOf } from '../../workloads/kit/read-output.ts';
import { err, ok } from '../../workloads/kit/result.ts';
import type { RegisteredLog, RegisteredWorkload } from '../../workloads/registry.ts';
import { loadLogFormats, loadRegistry } from '../../workloads/registry.ts';
import { loadCases, logFixturesOf } from '../support/case.ts';
import { checkCase, checkCoverage, checkDamage, checkRandomDamage } from '../support/parser-contract.ts';

const registry = await loadRegistry();
const formats = await loadLogFormats(registry);
const byWorkload = Map.groupBy(formats, ({ workload }) => workload.id);

/** Formats as tools that nobody runs, so that they are held to what every parser is held to. */
function asTools(own: readonly RegisteredLog[], registered: RegisteredWorkload): RegisteredWorkload {
  return {
    ...registered,
    workload: { ...registered.workload, params: z.looseObject({}) },
    tools: own.map(({ format }, rank) => ({
      id: format.id,
      rank,
      origin: 'native',
      requires: { programs: [], packages: [] },
      needs: () => ok(undefined),
      parse: (outputs) => {
        const log = outputOf(outputs, 'log');
        if (!log.ok) return log;
        // As `assay parse` does, which asks a format about its own logs alone.
        if (!format.mark.test(log.value.stdout)) return err('not of this format');
        const read = format.read(log.value.stdout);
        // Few logs say how long their numbers took.
        return read.ok
          ? ok({
              ...read.value,
              readings: read.value.readings.map((reading) => ({ windowSeconds: 0, ...reading })),
            })
          : read;
      },
    })),
  };
}

it('has the formats that people ask for', () => {
  expect(formats.map(({ format }) => format.id).toSorted()).toEqual([
    'dcgmi',
    'dcgmi-text',
    'fio',
    'nccl-tests',
    'nccl-tests-json',
    'nvbandwidth',
    'nvbandwidth-text',
    'openmpi',
    'perftest',
    'perftest-json',
  ]);
});

describe.each([...byWorkload])('logs of %s', (id, own) => {
  const registered = registry.get(id);
  if (registered === undefined) throw new Error(`no workload ${id}`);
  const tools = asTools(own, registered);
  const { cases, violations } = loadCases(logFixturesOf(id));

  it('has a good and a bad case of each format, and nothing else among its fixtures', () => {
    expect([...violations, ...checkCoverage(tools, cases)]).toEqual([]);
  });

  it('says of each format whether any machine printed a case of it', () => {
    for (const { format } of own) {
      const origins = cases.filter(({ tool }) => tool === format.id).map(({ origin }) => origin);
      expect([format.id, format.origin]).toEqual([
        format.id,
        origins.includes('recorded') ? 'recorded' : 'rebuilt',
      ]);
    }
  });

  describe.each(cases.map((each) => [each.name, each] as const))('case %s', (_, each) => {
    const text = each.outputs['log']?.stdout ?? '';

    it('is of one format', () => {
      const found = formats.filter(({ format }) => format.mark.test(text)).map(({ format }) => format.id);
      expect(found).toEqual([each.tool]);
    });

    it('is read as it says', () => {
      expect(checkCase(tools, each)).toEqual([]);
    });

    it('is an error or reads the same when it is damaged', () => {
      expect(checkDamage(tools, each)).toEqual([]);
      // The same each time: about one damage of 100,000 makes another whole log, which nothing can tell (docs/parse.md).
      checkRandomDamage(tools, each, 2);
    });
  });
});

const toolOf = (file: URL): string | undefined =>
  z.looseObject({ tool: z.string().optional() }).parse(JSON.parse(readFileSync(file, 'utf8'))).tool;

it('the outputs that docs/parse.md names of a tool are those of a recorded step of it', () => {
  const root = new URL('../..', import.meta.url);
  const page = readFileSync(new URL('docs/parse.md', root), 'utf8');
  const rows = [...page.matchAll(/^\| `([\w-]+)` \| ([\w-]+) \| (`\w.*) \|$/gm)];
  expect(rows.length).toBeGreaterThan(5);
  for (const [, workload = '', tool, outputs = ''] of rows) {
    const folder = new URL(`workloads/${workload}/fixtures/`, root);
    const recorded = readdirSync(folder)
      .filter((name) => toolOf(new URL(`${name}/case.json`, folder)) === tool)
      .map((name) => readdirSync(new URL(name, folder)));
    const named = [...outputs.matchAll(/`([^`]+)`/g)].map(([, name]) => name);
    expect(recorded.some((files) => named.every((name) => files.includes(name ?? '')))).toBe(true);
  }
});
