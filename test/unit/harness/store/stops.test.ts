import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { countStops, forgetStop, noteStop } from '../../../../harness/store/stops.ts';
import { createSmallRun } from '../../../support/small-run.ts';
import { temporaryDirectory } from '../../../support/temporary.ts';

it('a note that a run was stopped can be taken back, and leaves no trace then', async () => {
  const run = await createSmallRun(join(temporaryDirectory(), 'run'));
  await noteStop(run, new Date(0));
  await forgetStop(run);
  expect(await run.has('stops.ndjson')).toBe(false);
  await noteStop(run, new Date(0));
  await noteStop(run, new Date(1000));
  await forgetStop(run);
  expect(await countStops(run)).toBe(1);
  expect(readFileSync(join(run.path, 'stops.ndjson'), 'utf8')).toBe('1970-01-01T00:00:00.000Z\n');
});
