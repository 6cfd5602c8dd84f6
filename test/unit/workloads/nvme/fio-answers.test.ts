import { describe, expect, test } from 'vitest';
import type { StepOutputs } from '../../../../workloads/kit/tool.ts';
import { fio } from '../../../../workloads/nvme/tools/fio.ts';
import type { Params } from '../../../../workloads/nvme/workload.ts';
import { altered, withText } from '../altered.ts';
import { recorded } from './recorded.ts';

const randomRead = recorded('fio-3.33-random-read');
const verify = recorded('fio-3.33-verify');

function read(outputs: StepOutputs, params: Params = randomRead.params) {
  const parsed = fio.parse(outputs, params);
  return parsed.ok ? parsed.value.readings : parsed.error;
}
/** The recorded step with its report changed. */
const reported = (change: (report: string) => string, step = randomRead): StepOutputs =>
  altered(step.outputs, 'run', ({ artifacts }) => ({
    artifacts: { ...artifacts, 'run.json': change(artifacts['run.json'] ?? '') },
  }));

describe('options as fio writes them', () => {
  test.each([
    ['k of 1024', '4k', '256M', undefined],
    ['kb of 1024', '4kb', '256mb', undefined],
    ['one of reads and one of writes', '4k,8k', '262144k', undefined],
    ['kib is 1000 by its default', '4kib', '256M', 'fio ran with bs=4kib, not 4096'],
    ['another size', '4k', '255M', 'fio ran with size=255M, not 268435456'],
    ['no number', 'all', '256M', 'fio ran with bs=all, not 4096'],
  ])('%s', (_, bs, size, invalid) => {
    const outputs = reported((report) =>
      report.replace('"bs" : "4096"', `"bs" : "${bs}"`).replace('"size" : "268435456"', `"size" : "${size}"`),
    );
    expect(read(outputs)).toMatchObject([{ value: 36_755.122_439 }, {}, {}]);
    expect(read(outputs)[0]).toEqual(
      invalid === undefined ? expect.not.objectContaining({ invalid }) : expect.objectContaining({ invalid }),
    );
  });

  test('with kb_base=1000 the units turn round', () => {
    const outputs = reported((report) => report.replace('"bs" : "4096"', '"bs" : "4ki", "kb_base" : "1000"'));
    expect(read(outputs)[0]).not.toHaveProperty('invalid');
  });

  test('of a job file: what is global holds for the job', () => {
    const outputs = reported((report) => {
      const document = JSON.parse(report) as { jobs: [{ 'job options': Record<string, string> }] };
      const { name = '', filename = '', ...shared } = document.jobs[0]['job options'];
      document.jobs[0]['job options'] = { name, filename };
      return JSON.stringify({ ...document, 'global options': shared }, undefined, 2);
    });
    expect(read(outputs)[0]).toMatchObject({ dimensions: { direct: true, ioEngine: 'libaio' } });
    expect(read(outputs)[0]).not.toHaveProperty('invalid');
    const buffered = reported((report) =>
      report
        .replace('"jobs" : [', '"global options" : { "direct" : "1" }, "jobs" : [')
        .replace('"direct" : "1",\n        "ioengine"', '"direct" : "0",\n        "ioengine"'),
    );
    expect(read(buffered)[0]).toMatchObject({
      invalid: 'fio did not run with direct I/O: the number is the page cache',
    });
  });
});

describe('a drive that answers with an error', () => {
  const errors = [
    [5, 'EIO'],
    [61, 'ENODATA'],
    [110, 'ETIMEDOUT'],
    [121, 'EREMOTEIO'],
  ] as const;

  test.each(errors)('%i is %s: a block that it lost, in whatever step', (errno, error) => {
    for (const step of [randomRead, verify]) {
      const outputs = reported((report) => report.replace('"error" : 0', `"error" : ${errno}`), step);
      const readings = read(outputs, step.params);
      expect(readings).toMatchObject([
        { metric: 'verifyErrors', value: 1, dimensions: { error, errno }, device: 'overlayblk' },
      ]);
      expect(readings[0]).not.toHaveProperty('invalid');
    }
  });

  test('while the file is laid out', () => {
    const outputs = withText(randomRead.outputs, ['layout', 'layout.json'], '"error" : 0', '"error" : 5');
    expect(read(outputs)).toMatchObject([
      { metric: 'verifyErrors', at: [{ command: 'layout', output: 'layout.json' }] },
    ]);
  });

  test('in the words that fio puts in front of its report', () => {
    const words =
      'fio: io_u error on file /scratch/nvme.dat: Input/output error: read offset=4096, buflen=4096\n';
    const outputs = reported((report) => words + report.replace('"error" : 0', '"error" : 5'));
    expect(read(outputs)).toMatchObject([{ metric: 'verifyErrors', dimensions: { error: 'EIO' } }]);
    expect(read(reported((report) => words + report))).toBe(
      `command \`run\`: fio reports no error after \`${words.trim()}\``,
    );
  });

  test('after wrong blocks: all of them count', () => {
    const outputs = reported(
      (report) =>
        report
          .replace('"error" : 0', '"error" : 5')
          .replace(/"total_err" : 0,\s*"first_error" : 0/, '"total_err" : 512, "first_error" : 84'),
      verify,
    );
    expect(read(outputs, verify.params)).toMatchObject([{ value: 512, dimensions: { error: 'EIO' } }]);
  });

  test("is the file system's where no drive is known behind it", () => {
    const outputs = withText(
      reported((report) => report.replace('"error" : 0', '"error" : 5')),
      ['mount'],
      /ext4/,
      'nfs4',
    );
    expect(read(outputs)).toMatchObject([{ invalid: expect.stringMatching(/^nfs4 is reached/) as string }]);
  });
});
