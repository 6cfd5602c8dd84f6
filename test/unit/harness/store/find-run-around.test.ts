import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createRunFinder, readRunId } from '../../../../harness/store/find-run-around.ts';
import { temporaryDirectory } from '../../../support/temporary.ts';

it.each([
  ['{"schema":"assay/run","id":"a"}', true, 'a'],
  ['{"schema":"assay/reports","run":"a"}', true, undefined],
  ['{"schema":"assay/run","id":"a","id":"b"}', true, undefined],
  ['{ "schema" :\n "assay/run", "id": 5 }', true, undefined],
  [`{"schema":"assay/run","id":"${'a'.repeat(4_000_000)}"}`, true, undefined],
  ['{"schema":"assay/run"', true, undefined],
  ['{"schema":"other/run","id":"a"}', false, undefined],
])('a folder whose run.json is %s is one of ours, or is not', async (text, isOurs, id) => {
  const folder = join(temporaryDirectory(), 'run');
  mkdirSync(join(folder, 'deep'), { recursive: true });
  writeFileSync(join(folder, 'run.json'), text);
  expect(await createRunFinder()(join(folder, 'deep/file'))).toBe(isOurs ? folder : undefined);
  expect(await readRunId(folder)).toBe(id);
});
