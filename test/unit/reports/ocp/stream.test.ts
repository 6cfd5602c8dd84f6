import { describe, expect, it } from 'vitest';
import { judge } from '../../../../harness/judge/judge.ts';
import { listSoakSeries } from '../../../../harness/judge/samples/list-soak-series.ts';
import type { OcpLine } from '../../../../reports/ocp/artifact.ts';
import { checkBySchema } from '../../../../reports/ocp/official-schema.ts';
import { ocpLines } from '../../../../reports/ocp/stream.ts';
import { nodeParts } from '../../../../reports/verdict/node-parts.ts';
import type { Verdict } from '../../../../reports/verdict/verdict.ts';
import { hostileVerdict } from '../../../support/example-verdict.ts';
import {
  acceptedVerdict,
  blockVerdict,
  clusterVerdict,
  conformingVerdict,
  unreachedVerdict,
  vmVerdict,
} from '../../../support/judged-examples.ts';
import { soaked } from '../../../support/soaked.ts';

const linesOf = (part: Verdict, soak: Parameters<typeof ocpLines>[1] = new Map()): readonly OcpLine[] =>
  [...ocpLines(part, soak)].map((line) => JSON.parse(line) as OcpLine);
const endOf = (part: Verdict): unknown => {
  const last = linesOf(part).at(-1);
  return last !== undefined && 'testRunArtifact' in last && 'testRunEnd' in last.testRunArtifact
    ? last.testRunArtifact.testRunEnd
    : undefined;
};
const block = nodeParts(blockVerdict());
const error = { status: 'ERROR', result: 'NOT_APPLICABLE' };

describe('a verdict as the output of a test by OCP', () => {
  it.each<[string, Verdict, unknown]>([
    ['all that is required passes', block('gpu001'), { status: 'COMPLETE', result: 'PASS' }],
    ['something required fails', block('gpu027'), { status: 'COMPLETE', result: 'FAIL' }],
    [
      'a node is to blame for what it did with others',
      block('gpu014'),
      { status: 'COMPLETE', result: 'FAIL' },
    ],
    ['a node was not reached', block('gpu030'), error],
    ['nothing was reached', unreachedVerdict(), error],
    ['it was a rehearsal', { ...block('gpu001'), rehearsal: true }, error],
    [
      'evidence is damaged',
      {
        ...block('gpu001'),
        evidence: {
          ...block('gpu001').evidence,
          damage: [{ node: 'gpu001', file: 'a', expected: 'b', found: 'c' }],
        },
      },
      error,
    ],
    ['nothing was required', { ...block('gpu001'), cells: [] }, { status: 'SKIP', result: 'NOT_APPLICABLE' }],
  ])('ends as it is where %s', (_, part, end) => {
    expect(endOf(part)).toEqual(end);
  });

  it('never passes a node of which one required cell is open', () => {
    const part = block('gpu001');
    for (const verdict of ['fail', 'invalid', 'missing', 'inconclusive'] as const)
      for (const [place, cell] of part.cells.entries())
        if (cell.level === 'required')
          expect(endOf({ ...part, cells: part.cells.with(place, { ...cell, verdict }) })).toEqual(
            verdict === 'fail' ? { status: 'COMPLETE', result: 'FAIL' } : error,
          );
  });

  it.each<[string, Verdict]>([
    ['a survey', vmVerdict()],
    ['an acceptance', acceptedVerdict()],
    ['what conforms', conformingVerdict()],
    ['a cluster', clusterVerdict()],
    ['hostile words', hostileVerdict()],
    ['a node of a block', block('gpu014')],
  ])('opens and ends each step once, in order: %s', (_, verdict) => {
    const lines = linesOf(verdict);
    expect(lines.map(({ sequenceNumber }) => sequenceNumber)).toEqual([...lines.keys()]);
    expect(lines[0]).toMatchObject({ schemaVersion: { major: 2, minor: 0 } });
    let open: string | undefined;
    const seen = new Set<string>();
    for (const line of lines) {
      if (!('testStepArtifact' in line)) continue;
      const { testStepId } = line.testStepArtifact;
      if ('testStepStart' in line.testStepArtifact) {
        expect(open).toBeUndefined();
        expect(seen.has(testStepId)).toBe(false);
        open = testStepId;
        seen.add(testStepId);
      }
      expect(testStepId).toBe(open);
      if ('testStepEnd' in line.testStepArtifact) open = undefined;
    }
    expect(open).toBeUndefined();
    const kinds = lines.flatMap((line) =>
      'testRunArtifact' in line ? Object.keys(line.testRunArtifact) : [],
    );
    expect([kinds[0], kinds.at(-1)]).toEqual(['testRunStart', 'testRunEnd']);
  });

  it('has each limit with its source, each reading, and the device that it is about', () => {
    const text = [...ocpLines(block('gpu027'), new Map())].join('');
    expect(text).toContain('"type":"GREATER_THAN_OR_EQUAL","value":690000000000000');
    expect(text).toMatch(
      /"diagnosis":\{"verdict":"gemm-bf16-fail","type":"FAIL"[^}]*"hardwareInfoId":"GPU-gpu027-5"/,
    );
    expect(text).toContain('"serialNumber":"1654223011875"');
    const cells = block('gpu027').cells.filter(({ verdict }) => verdict !== 'not-applicable');
    expect(text.match(/"diagnosis"/g)).toHaveLength(cells.length);
  });

  it('has the windows of a soak as a series, under the limits that each of them has to hold', () => {
    const seriesOf = (wrongIn?: number) => {
      const run = soaked([20, 21, 22, 23, 24, 9, 26, 27, 28, 29, 30, 31], wrongIn);
      const verdict = judge(run);
      return linesOf(verdict, listSoakSeries(run, verdict)).flatMap((line) => {
        if (!('testStepArtifact' in line)) return [];
        const { testStepId: _, ...said } = line.testStepArtifact;
        return Object.entries<object>(said);
      });
    };
    const lines = seriesOf();
    const from = lines.findIndex(([, said]) => 'name' in said && said.name === 'copy.speed by tool');
    expect(lines.slice(from, from + 16)).toEqual([
      ['testStepStart', { name: 'copy.speed by tool' }],
      [
        'measurementSeriesStart',
        {
          measurementSeriesId: 'soak',
          name: 'copy.speed',
          unit: 'B/s',
          hardwareInfoId: 'GPU-00000000-0000-4000-8000-000000000000',
          validators: [
            {
              name: 'rate',
              type: 'GREATER_THAN_OR_EQUAL',
              value: 10,
              metadata: { source: 'Test, test' },
            },
          ],
          metadata: { during: 'soak', readings: 12 },
        },
      ],
      ...[20, 21, 22, 23, 24, 9, 26, 27, 28, 29, 30, 31].map((value, index) => [
        'measurementSeriesElement',
        {
          measurementSeriesId: 'soak',
          index,
          value,
          timestamp: '2026-11-23T00:00:00Z',
          metadata: { window: index + 1 },
        },
      ]),
      ['measurementSeriesEnd', { measurementSeriesId: 'soak', totalCount: 12 }],
      ['testStepEnd', { status: 'COMPLETE' }],
    ]);
    // Each opens, counts what it has, and closes; what cannot be used stands under no limit.
    const count = (kind: string) => lines.filter(([each]) => each === kind).length;
    expect([count('measurement'), count('measurementSeriesStart'), count('measurementSeriesEnd')]).toEqual([
      2, 3, 3,
    ]);
    expect(
      seriesOf(3).flatMap(([kind, said]) =>
        kind === 'measurementSeriesStart' && 'name' in said
          ? [[said.name, 'validators' in said]]
          : kind === 'measurementSeriesEnd' && 'totalCount' in said
            ? [said.totalCount]
            : [],
      ),
    ).toEqual([
      ['copy.speed', true],
      11,
      ['copy.speed', false],
      1,
      ['copy.wrong', true],
      12,
      ['memory.machineChecks', false],
      11,
      ['memory.machineChecks', false],
      1,
    ]);
  });

  it('is checked by the schema of somebody else, in documents that name each other', () => {
    const root = {
      $id: 'https://example.com/root',
      type: 'object',
      properties: { testRunArtifact: { $ref: '/run' } },
    };
    const of = (name: string) =>
      checkBySchema(root, [{ $id: 'https://example.com/run', type: 'object', required: [name] }]);
    const [first, second] = linesOf(vmVerdict());
    expect([first, second].map(of('testRunStart'))).toEqual([undefined, undefined]);
    expect(of('other')(second)).toContain("must have required property 'other'");
    expect(() => checkBySchema({ type: 'nothing' }, [])).toThrow();
  });
});
