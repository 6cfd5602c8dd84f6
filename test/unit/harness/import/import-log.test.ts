import { describe, expect, it } from 'vitest';
import { compareImported } from '../../../../harness/import/compare-imported.ts';
import { importLog } from '../../../../harness/import/import-log.ts';
import type { ImportedSample } from '../../../../reports/verdict/imported.ts';
import { ncclTestsJson } from '../../../../workloads/collective/logs/nccl-tests-json.ts';
import { loadLogFormats, loadRegistry } from '../../../../workloads/registry.ts';
import { loadCases, logFixturesOf } from '../../../support/case.ts';

const formats = await loadLogFormats(await loadRegistry());
const textOf = (workload: string, name: string): string =>
  loadCases(logFixturesOf(workload)).cases.find((each) => each.name === name)?.outputs['log']?.stdout ?? '';
const whyNot = (text: string | Uint8Array): string => {
  const log = importLog(typeof text === 'string' ? Buffer.from(text) : text, formats);
  return log.ok ? 'understood' : log.error;
};
const fio = textOf('nvme', 'fio-3.33-job-file');
const nccl = textOf('collective', 'nccl-tests-2.13-h100');

describe('importLog', () => {
  it('knows a log by its own words, also with the line ends of Windows', () => {
    expect(whyNot(fio)).toBe('understood');
    expect(whyNot(nccl.replaceAll('\n', '\r\n'))).toBe('understood');
  });
  it.each([
    ['it is empty', ''],
    ['it is no text: it has NUL in it', 'ELF\0'],
    ['it is no text in UTF-8', Buffer.from([0x61, 0xff, 0xfe, 0x62])],
    ['of no format that is known here: it begins with `hello`', 'hello\n'],
    ['it has logs of several formats in it: nccl-tests', `${nccl}${fio}`],
    ['expected one JSON document', fio.slice(0, 4000)],
    ['expected this line once', nccl + nccl],
  ])('says %s', (why, text) => {
    expect(whyNot(text)).toContain(why);
  });
  it('keeps what no machine can do, and calls it invalid', () => {
    const log = importLog(
      Buffer.from(
        textOf('rdma', 'perftest-json-25.01-both-ways')
          .replace('"BW_average": 727.11', '"BW_average": 99727.11')
          .replace('0.010835', '1.486062'),
      ),
      formats,
    );
    expect(log.ok && log.value.read.readings.map(({ invalid }) => invalid?.slice(0, 21))).toEqual([
      'timer or tool suspect',
    ]);
  });
});

describe('nccl-tests -J', () => {
  it('says what NCCL was told to choose, where its environment does', () => {
    const text = textOf('collective', 'nccl-tests-json-2.17-h100');
    const algorithmOf = (env: string): unknown => {
      const read = ncclTestsJson.read(text.replace('"NCCL_DEBUG=WARN"', env));
      return read.ok ? read.value.readings[0]?.dimensions['algorithm'] : read.error;
    };
    expect(algorithmOf('"NCCL_DEBUG=WARN"')).toBe('auto');
    expect(algorithmOf('"NCCL_ALGO=Ring"')).toBe('ring');
    expect(algorithmOf('"NCCL_ALGO=Tree"')).toBe(undefined);
  });
});

describe('compareImported', () => {
  const sample = (side: 'before' | 'after', session: number, value: number): ImportedSample => ({
    ...{
      file: 0,
      side,
      session,
      metric: 'collective.busbw',
      title: 'T',
      value,
      unit: 'B/s',
      better: 'higher',
    },
    ...{ dimensions: { bytes: 1 }, tool: 'nccl-tests', at: [{ line: 1 }] },
  });
  const side = (name: 'before' | 'after', values: readonly number[]): ImportedSample[] =>
    values.map((value, index) => sample(name, index + 1, value));

  it('decides nothing with one session a side', () => {
    const [row] = compareImported([...side('before', [100]), ...side('after', [50])], 0.05);
    expect(row).toMatchObject({ outcome: 'undecided' });
    expect(row?.reason).toContain('one session');
  });
  it('has an interval with three, of the medians of each', () => {
    const worse = [...side('before', [100, 101, 99]), ...side('after', [80, 81, 79])];
    expect(compareImported(worse, 0.05)[0]?.outcome).toBe('inferior');
    expect(compareImported([...worse, sample('after', 1, 81)], 0.05)[0]?.after[0]).toBe(80.5);
  });
  it('lays nothing beside each other that another tool or other dimensions have, and nothing invalid', () => {
    const other = { ...sample('after', 1, 90), tool: 'nccl-tests-json' };
    expect(compareImported([sample('before', 1, 90), other], 0.05).map(({ outcome }) => outcome)).toEqual([
      'vanished',
      'appeared',
    ]);
    expect(compareImported([{ ...sample('before', 1, 90), invalid: 'x' }], 0.05)).toEqual([]);
  });
});
