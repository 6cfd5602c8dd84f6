import { spawnSync } from 'node:child_process';
import { cpSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { XMLParser } from 'fast-xml-parser';
import { describe, expect, it } from 'vitest';
import { nightJunit } from '../../../../harness/told/night-junit.ts';
import { nightMarkdown } from '../../../../harness/told/night-markdown.ts';
import { nightPrometheus } from '../../../../harness/told/night-prometheus.ts';
import type { Nights } from '../../../../reports/verdict/nights.ts';
import { lastNights } from '../../../support/constructed/nights.ts';
import { temporaryDirectory } from '../../../support/temporary.ts';

const promtool = '/usr/bin/promtool';
const hasPromtool = existsSync(promtool);
if (!hasPromtool && process.env['CI'] === 'true')
  throw new Error('expected promtool in CI (apt-get install prometheus)');
const check = (args: readonly string[], input?: string) => {
  const { status, stdout, stderr } = spawnSync(promtool, args, { input, encoding: 'utf8' });
  return { status, said: stdout + stderr };
};

const hostile = 'n1"\n<b>`|@all\u202e]]>';
/** The last night, with what a site may also have: other events, machines and names. */
const made = async (): Promise<Nights> => {
  const nights = await lastNights();
  const [event] = nights.events;
  return {
    ...nights,
    machines: { ...nights.machines, others: [{ node: hostile, why: 'not reached' }] },
    unjudged: { 'few-nights': 3 },
    events: [
      ...nights.events,
      { ...event!, id: 'e1', about: hostile, standing: 'healed' },
      { ...event!, id: 'e2', standing: 'new', spells: [{ ...event!.spells[0]!, node: hostile }] },
      { ...event!, id: 'e3', state: 'closed', standing: 'closed', reason: 'repaired' },
    ],
  };
};

describe('what is told of a night', () => {
  it('is Markdown with each kind under its own title, and nothing in it is markup of others', async () => {
    const text = nightMarkdown(await made());
    expect(text.match(/^#+ .*/gm)).toEqual([
      expect.stringMatching(
        /^# Night 2024-11-17: 16 machines measured, 1 not · 1 new, 2 still bad, 1 healed/,
      ),
      '## New',
      '## Still bad',
      '## Healed, to be closed',
      '## Not measured',
      '## Without a judgement',
    ]);
    expect(text).not.toMatch(/<b>|\u202e|@all/);
    expect(text).not.toContain('e3');
  });

  it('is JUnit XML that is red for what is bad, not measured or without a judgement', async () => {
    const xml = nightJunit(await made());
    const read = new XMLParser({ ignoreAttributes: false }).parse(xml) as {
      testsuites: { '@_tests': string; '@_failures': string; '@_skipped': string };
    };
    // 1 new, 2 still bad, 1 not measured, 1 reason; 1 healed; 1 that says how many were measured.
    expect(read.testsuites).toMatchObject({ '@_tests': '7', '@_failures': '5', '@_skipped': '1' });
    const { lastNight: _, ...nights } = await made();
    const empty = nightJunit({ ...nights, measured: 0, events: [], unjudged: {} });
    expect(empty).toContain('no series was measured');
  });

  it('is a textfile for Prometheus that promtool takes, without serial numbers and metrics as labels', async () => {
    const text = nightPrometheus(await made(), 1_700_000_000, [
      { node: hostile, profile: 'p', state: 'fail' },
    ]);
    expect(text).toContain('assay_events_open{scope="machine",standing="new",state="open"} 1\n');
    expect(text).toContain('assay_events_open{scope="fleet",standing="still",state="open"} 1\n');
    expect(text).toContain('assay_node_events_open{node="node7"} 1\n');
    expect(text).toContain('assay_machines{state="not reached"} 1\n');
    expect(text).toContain('assay_series_without_judgement{reason="few-nights"} 3\n');
    expect(text).toContain('assay_node_last_measured_timestamp_seconds{node="node3"} 1731801600\n');
    expect(text).toMatch(/assay_verdict\{.*state="fail"\} 1/);
    expect(new Set(text.match(/(?<=[{,])\w+(?==")/g))).toEqual(
      new Set(['scope', 'standing', 'state', 'node', 'reason', 'profile']),
    );
    if (hasPromtool) expect(check(['check', 'metrics'], text)).toEqual({ status: 0, said: '' });
  });

  it.skipIf(!hasPromtool)('has alerts that fire when they should, and not before', () => {
    const folder = temporaryDirectory();
    const root = new URL('../../../../', import.meta.url).pathname;
    cpSync(join(root, 'docs/prometheus/assay-alerts.yaml'), join(folder, 'assay-alerts.yaml'));
    cpSync(join(root, 'test/fixtures/prometheus/assay-alerts.test.yaml'), join(folder, 'test.yaml'));
    expect(check(['check', 'rules', join(folder, 'assay-alerts.yaml')])).toMatchObject({ status: 0 });
    expect(check(['test', 'rules', join(folder, 'test.yaml')])).toMatchObject({ status: 0 });
  });
});
