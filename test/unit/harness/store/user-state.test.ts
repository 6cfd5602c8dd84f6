import { existsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { claimStateFolder } from '../../../../harness/store/user-state.ts';
import { temporaryDirectory } from '../../../support/temporary.ts';

it('a folder for notes is made with all above it, for its user alone, by whoever comes first', async () => {
  const home = join(temporaryDirectory(), 'a/b/c');
  const [folder, again] = await Promise.all([claimStateFolder(home, 'runs'), claimStateFolder(home, 'runs')]);
  expect(folder).toBe(again);
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  expect(existsSync(join(home, 'assay/runs'))).toBe(true);
});

it.for([
  '/proc/nobody',
  '/proc/self/nobody',
  '/dev/null/x',
  '/sys/nobody',
])('where none can be made that is said at once: %s', async (place) => {
  await expect(claimStateFolder(`${place}/state`, 'runs')).rejects.toMatchObject({
    code: 'USAGE',
    message: expect.stringContaining(place) as string,
  });
});

it('a file in its place is no folder', async () => {
  const file = join(temporaryDirectory(), 'file');
  writeFileSync(file, '');
  await expect(claimStateFolder(file, 'runs')).rejects.toMatchObject({ code: 'USAGE' });
});
