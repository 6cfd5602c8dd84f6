import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { judge } from '../../harness/judge/judge.ts';
import { writeReports } from '../../harness/run/conclude-run.ts';
import { ReportFolder } from '../../harness/store/report-folder.ts';
import { RunDirectory } from '../../harness/store/run-directory.ts';
import { RunEvidence } from '../../harness/store/run-evidence.ts';
import { createLookup } from '../../reports/verdict/verdict-lookup.ts';
import type { Registry } from '../../workloads/registry.ts';
import { loadRegistry } from '../../workloads/registry.ts';
import { writeScaleRun } from '../support/constructed/scale-run.ts';
import type { Operations } from '../support/count-operations.ts';
import { countOperations } from '../support/count-operations.ts';
import { removeFolder } from '../support/temporary.ts';

const stages = ['reading', 'judging', 'writing'] as const;
type Counted = Readonly<Record<(typeof stages)[number], Operations>>;

const few = 30;
const many = 100;
/** A run of `many` nodes may do this much more for each of them than one of `few`. */
const mostGrowth = 1.1;

/** The same tools, whose parsers note that they were called. */
const noteParses = (registry: Registry, note: () => void): Registry =>
  new Map(
    [...registry].map(([id, { tools, ...registered }]) => [
      id,
      {
        ...registered,
        tools: tools.map((tool) => ({
          ...tool,
          parse: (...given: Parameters<typeof tool.parse>) => {
            note();
            return tool.parse(...given);
          },
        })),
      },
    ]),
  );

/** What each stage does for a run of so many nodes. */
async function countStages(directory: string, nodes: number): Promise<Counted> {
  const path = join(directory, `run-${nodes}`);
  await writeScaleRun(path, 'pairs', nodes);
  let parses = 0;
  const registry = noteParses(await loadRegistry(), () => (parses += 1));
  const reading = await countOperations(async () =>
    (await RunEvidence.read(await RunDirectory.open(path), registry)).material(),
  );
  const judging = await countOperations((watched) => judge(watched(reading.result)));
  const run = await RunDirectory.open(path);
  const folder = await ReportFolder.open(run);
  const writing = await countOperations((watched) =>
    writeReports(folder, run, createLookup(watched(judging.result))),
  );
  return { reading: { ...reading, counts: { ...reading.counts, parses } }, judging, writing };
}

describe('the work for each node', () => {
  let ofFew: Counted;
  let ofMany: Counted;

  beforeAll(async () => {
    const directory = mkdtempSync(join(tmpdir(), 'assay-operations-'));
    try {
      ofFew = await countStages(directory, few);
      ofMany = await countStages(directory, many);
    } finally {
      removeFolder(directory);
    }
  });

  it.for(stages)('in %s a run does not grow with their number', (stage) => {
    const grown = Object.entries(ofMany[stage].counts).flatMap(([name, count]) => {
      const before = (ofFew[stage].counts[name] ?? 0) / few;
      const after = count / many;
      const isMore = after > before * mostGrowth;
      return isMore ? [`${name}: ${before.toFixed(0)} of ${few} nodes, ${after.toFixed(0)} of ${many}`] : [];
    });
    expect(grown, listGrown(ofFew[stage], ofMany[stage])).toEqual([]);
  });

  it('is seen: bytes are hashed, documents and outputs parsed, elements read, code is run', () => {
    expect(ofFew.reading.counts).toMatchObject({
      files: expect.toSatisfy(atLeast(few * 3)) as number,
      bytesHashed: expect.toSatisfy(atLeast(few * 12 * 5_000)) as number,
      documents: expect.toSatisfy(atLeast(few * 12)) as number,
      parses: expect.toSatisfy(atLeast(few * 9)) as number,
      blocks: expect.toSatisfy(atLeast(few * 1_000)) as number,
    });
    for (const stage of ['judging', 'writing'] as const)
      expect(ofFew[stage].counts).toMatchObject({
        elementsRead: expect.toSatisfy(atLeast(few * 100)) as number,
        blocks: expect.toSatisfy(atLeast(few * 1_000)) as number,
      });
  });
});

const atLeast =
  (least: number) =>
  (count: number): boolean =>
    count >= least;

/** The functions that were run most beyond what they may. */
const listGrown = (before: Operations, after: Operations): string =>
  [...after.functions]
    .map(([name, blocks]) => {
      const may = (mostGrowth * (before.functions.get(name) ?? 0) * many) / few;
      return { name, blocks, beyond: Math.round(blocks - may) };
    })
    .filter(({ beyond }) => beyond > 0)
    .toSorted((a, b) => b.beyond - a.beyond)
    .slice(0, 12)
    .map(({ name, blocks, beyond }) => `\n  ${name}: ${blocks} blocks run, ${beyond} too many`)
    .join('');
