import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { nightsDocument, printEvents } from '../../../../harness/cli/print-nights.ts';
import { readEnvironment } from '../../../../harness/environment.ts';
import type { Told } from '../../../../harness/told/due-messages.ts';
import { dueMessages } from '../../../../harness/told/due-messages.ts';
import { nightPrometheus } from '../../../../harness/told/night-prometheus.ts';
import { begin, slowerNodes } from '../../../support/constructed/night-rows.ts';
import { siteOf } from '../../../support/constructed/site-of.ts';
import { withHistory } from '../../../support/with-history.ts';

it('one machine by night 31 and all of them by night 39, with the driver, are told alike by terminal, webhook, Prometheus and pages', async () => {
  const told = new Map<string, Told>();
  const sent: (readonly [number, string])[] = [];
  const runs = slowerNodes();
  const last = await withHistory(runs.slice(0, 29), async (history) => {
    for (const run of runs.slice(29)) {
      await history.add(run);
      const messages = dueMessages(nightsDocument(await history.judge(), 'Europe/Madrid'), told);
      for (const { event, told: now, message } of messages) {
        told.set(event, now);
        if (message.kind === 'new') sent.push([run.run.night - begin, message.text]);
      }
    }
    return nightsDocument(await history.judge(), 'Europe/Madrid');
  });
  expect(sent).toHaveLength(2);
  const [[machineNight, machine] = [], [fleetNight, fleet] = []] = sent;
  expect(machineNight).toBeLessThanOrEqual(31);
  expect(machine).toMatch(/^node7: GEMM · cublaslt −?-?\d/);
  expect(fleetNight).toBeLessThanOrEqual(39);
  expect(fleet).toMatch(/^all of XE9680: .*another driver or kernel: 570 → 575$/);

  const out = new PassThrough();
  const context = { environment: readEnvironment(), out, err: new PassThrough(), now: () => new Date(0) };
  expect(printEvents(last, false, context)).toBe(1);
  const terminal = String(out.read());
  expect(terminal.match(/^✖ .*/gm)).toEqual([
    expect.stringMatching(/^✖ node7: -\d+\.\d % since /),
    expect.stringMatching(/^✖ all of XE9680: -\d+\.\d % since /),
  ]);
  expect(terminal).toContain('changed before: another driver or kernel: 570 → 575');

  const metrics = nightPrometheus(last, 0);
  expect(metrics.match(/^assay_events_open\{.*\} [1-9]\d*$/gm)).toEqual([
    'assay_events_open{scope="fleet",standing="still",state="open"} 1',
    'assay_events_open{scope="machine",standing="still",state="open"} 1',
  ]);

  const { ask, close } = await siteOf(runs);
  const page = await (await ask('/')).text();
  expect(page).toContain('2 things are worse');
  for (const { id } of last.events) expect(page).toContain(`href="/event/${id}"`);
  await close();
});
