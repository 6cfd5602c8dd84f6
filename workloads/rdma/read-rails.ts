import { readBuilt } from '../kit/read-output.ts';
import type { Result } from '../kit/result.ts';
import { err, ok } from '../kit/result.ts';
import type { Dimensions } from '../kit/sample.ts';
import type { Seat } from '../kit/seat.ts';
import type { ParsedStep, StepOutputs } from '../kit/tool.ts';
import { quantity } from '../kit/unit.ts';
import type { Rail, Test } from './rails-document.ts';
import { Document } from './rails-document.ts';
import { readPort } from './read-port.ts';
import { readReport } from './read-report.ts';
import type { RdmaMetrics, RdmaParams, RdmaReading } from './workload.ts';

/** Both nodes by name: the one that leads, whose cards are `card`, and the other one. */
interface Ends {
  readonly lead: string;
  readonly other: string;
}

/** What perftest found on each rail between two nodes, client's numbers all of them, with what the leader's ports counted. */
export function readRails(
  outputs: StepOutputs,
  params: RdmaParams,
  seat: Seat | undefined,
): Result<ParsedStep<RdmaMetrics>> {
  const toolVersion = /^Version: (\d{1,3}\.\d{1,3})\n$/.exec(outputs['version']?.stdout ?? '')?.[1];
  if (toolVersion === undefined) return err('expected the version of perftest, got none');
  const document = readBuilt(outputs, Document);
  if (!document.ok) return document;
  const [lead, other, ...more] = seat?.members ?? [];
  if (lead === undefined || other === undefined || more.length > 0) return err('expected two nodes');
  const wrong = whyOther(document.value, params);
  if (wrong !== undefined) return err(wrong);
  const ends = { lead: lead.node, other: other.node };
  const readings: RdmaReading[] = [];
  const unmeasured: { why: string }[] = [];
  for (const [place, rail] of document.value.rails.entries()) {
    const dead = whyDead(place, document.value, ends);
    const read =
      dead === undefined
        ? readRail({ rail, place }, params, ends)
        : ok(params.what === 'bandwidth' ? deadRail({ rail, place }, params, ends, dead) : []);
    if (!read.ok) return err(`${rail.card}: ${read.error}`);
    if (dead !== undefined && params.what === 'latency') unmeasured.push({ why: dead });
    readings.push(...read.value, ...readPort(rail, `/rails/${place}`));
  }
  return ok({ toolVersion, readings, unmeasured });
}

/** In what a document is not that of the step that was asked for, or of no whole one. */
function whyOther({ what, bytes, queuePairs, amount, rails, answer }: Document, params: RdmaParams) {
  const asked =
    params.what === 'bandwidth'
      ? { what: params.what, bytes: params.bytes, queuePairs: params.queuePairs, amount: params.seconds }
      : { what: params.what, bytes: params.bytes, queuePairs: 1, amount: params.iterations };
  const got: Readonly<Record<string, string | number>> = { what, bytes, queuePairs, amount };
  const [key] = Object.entries(asked).find(([name, value]) => got[name] !== value) ?? [];
  if (key !== undefined) return `expected ${key} as asked, got ${got[key]}`;
  const cards = rails.map(({ card }) => card);
  if (new Set(cards).size !== cards.length) return 'expected each card once';
  const lacking = params.cards?.find((card) => !cards.includes(card));
  if (lacking !== undefined) return `expected the card ${lacking}, got none of that name`;
  if (params.cards !== undefined && cards.length !== params.cards.length)
    return 'expected the cards that were asked for, and no other';
  const directions = params.what === 'bandwidth' ? ['out', 'in'] : ['out'];
  // Behind the last of its ports that work the other node's part ends, and tests with the dead ones behind it with that.
  const dead = deadThere(answer.text);
  const cut = rails.find(({ state, tests }, place) => {
    const made = tests.map(({ direction }) => direction).join();
    if (state === active && dead.has(place + 1)) return !directions.join().startsWith(made);
    return made !== (state === active ? directions.join() : '');
  });
  if (cut !== undefined || answer.exitCode < 0)
    return `the other node's part: ${answer.text.slice(0, 200) || 'it ended early'}`;
  const isGood = rails.every(({ tests }) => tests.every(({ exitCode }) => exitCode === 0));
  return answer.exitCode !== 0 && isGood && dead.size === 0
    ? `the other node's part: ${answer.text.slice(0, 200)}`
    : undefined;
}

const active = '4: ACTIVE';

/** Places of the other node's cards whose ports are not active, as it says (native/rails.c): the first is 1. */
const deadThere = (text: string): ReadonlySet<number> =>
  new Set(
    /error: no active port at (\d{1,2}(?:,\d{1,2}){0,63})(?:\)|\s|$)/.exec(text)?.[1]?.split(',').map(Number),
  );

function whyDead(place: number, { rails, answer }: Document, { lead, other }: Ends): string | undefined {
  const { card, state } = rails[place] ?? { card: '', state: active };
  if (state !== active) return `${card} of ${lead}: its port is ${state}`;
  return deadThere(answer.text).has(place + 1)
    ? `card ${place + 1} of ${other}: its port is not active`
    : undefined;
}

interface Place {
  readonly rail: Rail;
  readonly place: number;
}

const at = (pointer: string) => [{ command: 'run', output: 'stdout', pointer }];

/** A port without a link sends nothing, either way. */
function deadRail(
  { rail, place }: Place,
  params: RdmaParams & { what: 'bandwidth' },
  { lead, other }: Ends,
  error: string,
): readonly RdmaReading[] {
  return [lead, other].map((from) => ({
    metric: 'efficiency',
    value: quantity('ratio', 0),
    dimensions: { ...dimensionsOf(rail, params), from, error },
    at: at(`/rails/${place}/state`),
    windowSeconds: 0,
  }));
}

/** What is known of a test before it was made. */
const dimensionsOf = (
  { card }: Rail,
  { bytes, queuePairs }: { readonly bytes: number; readonly queuePairs: number },
): Dimensions => ({
  operation: 'write',
  bidirectional: false,
  path: 'link',
  memory: 'host',
  bytes,
  card,
  queuePairs,
});

function readRail({ rail, place }: Place, params: RdmaParams, ends: Ends): Result<readonly RdmaReading[]> {
  const readings: RdmaReading[] = [];
  for (const [index, test] of rail.tests.entries()) {
    const from = test.direction === 'out' ? ends.lead : ends.other;
    const pointer = `/rails/${place}/tests/${index}`;
    if (test.exitCode !== 0) {
      const said = test.said.split('\n')[0]?.trim().slice(0, 200);
      const why = `from ${from}: perftest ended with ${test.exitCode}${said ? `: ${said}` : ''}`;
      if (isFailed(test)) readings.push(failedOperations(1, { rail, from, error: why }, pointer));
      else if (params.what === 'latency') return err(why);
      if (params.what === 'bandwidth')
        readings.push(noBandwidth(why, { rail, from, test, params }, `${pointer}/exitCode`));
      continue;
    }
    if (params.what === 'bandwidth' && isWithoutClock(test)) {
      const why = `from ${from}: perftest printed a bandwidth of 0, as it does where it cannot tell the clock of the processor`;
      readings.push(
        failedOperations(0, { rail, from }, pointer),
        noBandwidth(why, { rail, from, test, params }, `${pointer}/report`),
      );
      continue;
    }
    const read = readTest(rail, test, params);
    if (!read.ok) return err(`from ${from}: ${read.error}`);
    readings.push(
      failedOperations(0, { rail, from }, pointer),
      ...read.value.map((reading) => ({
        ...reading,
        dimensions: { ...reading.dimensions, from },
        at: at(`${pointer}/report`),
        windowSeconds: test.seconds,
      })),
    );
  }
  return ok(readings);
}

/** A test that gave no number: nothing is known of its rail. */
const noBandwidth = (
  invalid: string,
  {
    rail,
    from,
    test,
    params,
  }: {
    readonly rail: Rail;
    readonly from: string;
    readonly test: Test;
    readonly params: RdmaParams & { what: 'bandwidth' };
  },
  pointer: string,
): RdmaReading => ({
  metric: 'efficiency',
  value: quantity('ratio', 0),
  dimensions: { ...dimensionsOf(rail, params), from },
  at: at(pointer),
  windowSeconds: test.seconds,
  invalid,
});

/**
 * Cycles are taken for time by a clock that perftest measures first (get_clock.c); where its measurements do not agree it goes on, at
 * 0 MHz, and all that it prints of a row are zeros.
 */
const isWithoutClock = ({ report }: Test): boolean =>
  /^ \d+ +[1-9]\d* +0\.0+ +0\.0+[ \t]+0\.0+\s*$/m.test(report);

/** perftest ends at the first operation that its card reports as failed (`Completion with error`), and says its status. */
const isFailed = ({ report, said }: Test): boolean => /[Cc]ompletion with error/.test(`${report}\n${said}`);

/** All operations of a test that came to its end were acknowledged by the other card, each packet by its own check sum (ICRC). */
const failedOperations = (
  count: number,
  { rail, from, error }: { readonly rail: Rail; readonly from: string; readonly error?: string },
  pointer: string,
): RdmaReading => ({
  metric: 'failedOperations',
  value: quantity('count', count),
  dimensions: { card: rail.card, from, ...(error === undefined ? {} : { error }) },
  at: at(`${pointer}/exitCode`),
});

/** A report has to be of the test that was asked for, and its bytes have to have passed the port. */
function readTest(rail: Rail, test: Test, params: RdmaParams): Result<readonly RdmaReading[]> {
  // Both ends are told --report_gbits, so a server has its client's number under the right unit.
  const report = readReport(test.report, test.direction === 'out' ? 'client' : 'server');
  if (!report.ok) return report;
  for (const { dimensions } of report.value) {
    const link = rail.layer === 'InfiniBand' ? 'IB' : 'Ethernet';
    const asked: Dimensions = {
      operation: 'write',
      bytes: params.bytes,
      card: rail.card,
      memory: 'host',
      link,
      ...(params.what === 'bandwidth' ? { bidirectional: false, queuePairs: params.queuePairs } : {}),
    };
    const [key, value] = Object.entries(asked).find(([name, each]) => dimensions[name] !== each) ?? [];
    if (key !== undefined) return err(`expected ${key} ${value}, got ${String(dimensions[key])}`);
  }
  if (params.what === 'latency')
    return report.value.some(({ metric }) => metric !== 'latency')
      ? err('expected latencies')
      : ok(report.value.map((each) => ({ ...each, ...whyOtherWay(each.dimensions) })));
  const [bandwidth, ...others] = report.value;
  if (bandwidth?.metric !== 'bandwidth' || others.length > 0) return err('expected one bandwidth');
  if (!/BW average\[Gb\/sec\]/.test(test.report)) return err('expected Gb/sec, as both ends were told');
  if (test.seconds < params.seconds) return err(`expected ${params.seconds} s, got ${test.seconds} s`);
  const invalid = whyOtherWay(bandwidth.dimensions) ?? whyNotMoved(test, bandwidth, params.seconds);
  const rate = Number(/^(\d{1,4}(?:\.\d)?) Gb\/sec/.exec(rail.rate)?.[1]) * 1e9;
  const isKnown = Number.isFinite(rate) && rate > 0;
  return ok([
    { ...bandwidth, ...invalid },
    {
      ...bandwidth,
      metric: 'efficiency',
      value: quantity('ratio', isKnown ? bandwidth.value / rate : 0),
      ...(isKnown ? invalid : { invalid: 'the kernel tells no rate of this port' }),
    },
  ]);
}

/** Smaller ones than any port for RDMA is set to, but for the network interface above it (MTU 1500). */
const leastMtuBytes = 1024;

function whyOtherWay({ path, mtuBytes }: Dimensions): { readonly invalid: string } | undefined {
  if (path !== 'link') return { invalid: 'both ends are one port: this is no test of a link' };
  return Number(mtuBytes) < leastMtuBytes
    ? { invalid: `the ends agreed on packets of ${String(mtuBytes)} bytes: a setting (MTU), not the link` }
    : undefined;
}

/** perftest counts neither the first two seconds nor the last two (`--margin`), or a quarter of a short test. */
const countedSeconds = (seconds: number): number => Math.max(seconds - 4, seconds / 2);

/** The port of the leader counts what leaves it, or comes in; words of four bytes, or packets where nothing else is counted. */
function whyNotMoved(
  { direction, before, after }: Test,
  { value, dimensions }: Pick<RdmaReading, 'value' | 'dimensions'>,
  seconds: number,
): { readonly invalid: string } | undefined {
  const [words, packets] =
    direction === 'out'
      ? (['port_xmit_data', 'sent_pkts'] as const)
      : (['port_rcv_data', 'rcvd_pkts'] as const);
  const counter = before[words] !== undefined ? words : packets;
  const [first, last] = [before[counter], after[counter]];
  if (first === undefined || last === undefined)
    return { invalid: 'its port does not count what it carries' };
  const each = counter === words ? 4 : Number(dimensions['mtuBytes']);
  const moved = Number(BigInt(last) - BigInt(first)) * each;
  if (moved < 0) return { invalid: `${counter} was set back meanwhile` };
  const expected = (value / 8) * countedSeconds(seconds);
  return moved >= 0.95 * expected
    ? undefined
    : { invalid: `the port carried ${moved} bytes of ${Math.round(expected)}: they went another way` };
}
