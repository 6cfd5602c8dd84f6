import { describe, expect, it } from 'vitest';
import { perftest } from '../../../../workloads/rdma/tools/perftest.ts';
import { RdmaParams } from '../../../../workloads/rdma/workload.ts';
import { fillFacts, loadCase } from '../../../support/case.ts';

const { params: written, outputs, seat } = loadCase('rdma', 'perftest-4.5-slow-way');
const params = RdmaParams.parse(written);
const whole = outputs['run']?.stdout ?? '';

/** What is read of the recorded step where what the program printed is otherwise. */
function readWith(change: (printed: string) => string, ...more: readonly [string, string][]) {
  const run = outputs['run'];
  if (run === undefined) throw new Error('expected a recorded run');
  const stdout = more.reduce((text, [from, to]) => text.replaceAll(from, to), change(whole));
  expect(stdout).not.toBe(whole);
  return perftest.parse({ ...outputs, run: { ...run, stdout } }, params, seat);
}
const invalid = (read: ReturnType<typeof readWith>, metric: string) => {
  if (!read.ok) throw new Error(read.error);
  return read.value.readings.flatMap((each) => (each.metric === metric ? [each.invalid ?? ''] : []));
};

describe('what perftest says of rails', () => {
  it('fails the place of a card whose port on the other node has no link', () => {
    const read = readWith((text) =>
      text.replace(
        '"answer":{"exitCode":0,"text":""}',
        '"answer":{"exitCode":1,"text":"node2: error: run: exit code 1 (error: no active port at 2)"}',
      ),
    );
    if (!read.ok) throw new Error(read.error);
    expect(
      read.value.readings.filter(({ metric, value }) => metric === 'efficiency' && value === 0),
    ).toMatchObject([
      {
        dimensions: { card: 'mlx5_1', from: 'node1', error: 'card 2 of node2: its port is not active' },
      },
      { dimensions: { card: 'mlx5_1', from: 'node2' } },
    ]);
  });

  it('counts for nothing where a counter of the port was set back, in a test or between two', () => {
    const read = readWith((text) => text.replaceAll('"link_downed":"3"', '"link_downed":"9"'));
    expect(invalid(read, 'portErrors')).toEqual(['', '', '', '']);
    const back = readWith((text) => text.replace('"link_downed":"3"', '"link_downed":"9"'));
    expect(invalid(back, 'portErrors')[0]).toBe('the counter went back from 9 to 3: it was reset');
    const top = readWith((text) => text.replaceAll('"link_downed":"3"', '"link_downed":"255"'));
    expect(invalid(top, 'portErrors')[0]).toContain('which is as far as it counts');
    const sent = readWith((text) =>
      text.replace('"port_xmit_data":"1000"', '"port_xmit_data":"99999999999"'),
    );
    expect(invalid(sent, 'bandwidth')[0]).toBe('port_xmit_data was set back meanwhile');
    const none = readWith((text) => text.replaceAll(/"port_(xmit|rcv)_data":"\d+",/g, ''));
    expect(invalid(none, 'bandwidth')[0]).toBe('its port does not count what it carries');
  });

  it('takes packets where a card counts nothing else', () => {
    const packets = (count: number) => (text: string) =>
      text
        .replaceAll(/"port_(xmit|rcv)_data":"\d+",/g, '')
        .replaceAll('"before":{', '"before":{"sent_pkts":"0","rcvd_pkts":"0",')
        .replaceAll('"after":{', `"after":{"sent_pkts":"${count}","rcvd_pkts":"${count}",`);
    // 391.79 Gb/s for half of a second, in packets of 4096 bytes.
    expect(invalid(readWith(packets(6_000_000)), 'bandwidth')).toEqual(['', '', '', '']);
    expect(invalid(readWith(packets(5_000_000)), 'bandwidth')[0]).toContain('they went another way');
  });

  it.each([
    ['a client under another unit', 'Gb/sec', 'MB/sec', /expected an average that fits/],
    ['another card', 'Device         : mlx5_0', 'Device         : mlx5_7', /expected card mlx5_0/],
    ['accelerator memory', ' ibv_wr* API     : ON', ' Use CUDA : ON', /expected memory host/],
    ['another link', 'Link type       : IB', 'Link type       : Ethernet', /expected link IB/],
    ['a number of its own', '391.79', '3917.9', /expected an average that fits/],
    ['a comma', '391.79', '391,79', /mlx5_0/],
    ['no number', '391.79', 'inf', /mlx5_0/],
    ['less time than asked', '"amount":1', '"amount":10', /expected amount as asked/],
    ['a rail that is not there', '"direction":"in"', '"direction":"out"', /the other node's part/],
    [
      'an answer that never came',
      '"exitCode":0,"text":""',
      '"exitCode":-1,"text":"nobody answered"',
      /nobody answered/,
    ],
  ])('is refused with %s', (_, from, to, why) => {
    expect(readWith((text) => text.replaceAll(from, to))).toEqual({
      ok: false,
      error: expect.stringMatching(why) as string,
    });
  });

  it('counts an operation that a card ended with an error as a wrong result', () => {
    const read = readWith((text) => {
      const place = text.lastIndexOf('"exitCode":0,"seconds"');
      const cut = text.slice(place).replace('"exitCode":0', '"exitCode":1');
      return `${text.slice(0, place)}${cut.replace('"said":""', '"said":" Completion with error at client:"')}`;
    });
    if (!read.ok) throw new Error(read.error);
    const failed = read.value.readings.filter(
      ({ metric, value }) => metric === 'failedOperations' && value > 0,
    );
    expect(failed).toMatchObject([{ value: 1, dimensions: { card: 'mlx5_1', from: 'node2' } }]);
    expect(invalid(read, 'efficiency').at(-1)).toContain('perftest ended with 1: Completion with error');
  });

  it('knows nothing of a direction whose client could tell no clock, and all of the others', () => {
    const zeros = '65536      662           0.000000            0.000000            0.000000';
    const read = readWith((text) => {
      const document = JSON.parse(text) as { rails: { tests: { report: string }[] }[] };
      const test = document.rails.at(-1)?.tests.at(-1);
      if (test !== undefined) test.report = test.report.replace(/65536 .*/, zeros);
      return JSON.stringify(document);
    });
    const [first, , , last, ...more] = invalid(read, 'efficiency');
    expect([first, more]).toEqual(['', []]);
    expect(last).toContain('from node2: perftest printed a bandwidth of 0');
    expect(invalid(read, 'bandwidth')).toEqual(['', '', '']);
  });

  it('is no test of a link where a port talks to itself', () => {
    const read = readWith((text) => text.replaceAll('remote address: LID 0x02', 'remote address: LID 0x01'));
    expect(invalid(read, 'efficiency')[0]).toBe('both ends are one port: this is no test of a link');
  });
});

describe('perftest', () => {
  const card = { name: 'ib0', identity: '0000:18:00.0', rdmaDevice: { value: 'mlx5_0' } };
  it('is not started without a card, or where memory cannot be locked', () => {
    expect(perftest.needs(params, fillFacts({ nics: [] }))).toMatchObject({ ok: false });
    const facts = fillFacts({ nics: [card], 'limits.memlockBytes': 8388608 });
    expect(perftest.needs(params, facts)).toEqual({
      ok: false,
      error: expect.stringMatching(/memlock 8388608.*limits\.d/) as string,
    });
    expect(perftest.needs(params, fillFacts({ nics: [card] }))).toEqual({ ok: true, value: undefined });
  });

  it.each([
    ['the leader itself', ['0', '21234', '2']],
    ['a port of the system', ['1', '22', '2']],
    ['a third node', ['2', '21234', '2']],
    ['a word too many', ['1', '21234', '2', 'x']],
    ['no cards', ['1', '21234', '0']],
  ])('is not launched with %s', (_, words) => {
    if (seat === undefined) throw new Error('expected a seat');
    expect(perftest.readLaunch?.(words, seat)).toMatchObject({ ok: false });
  });
});
