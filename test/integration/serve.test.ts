import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { writeScaleRun } from '../support/constructed/scale-run.ts';
import { runAssay, startAssay } from '../support/run-assay.ts';
import { freePort } from '../support/sshd.ts';
import { temporaryDirectory } from '../support/temporary.ts';

it('serve shows an index until it is interrupted, and says why it cannot', async () => {
  const cwd = temporaryDirectory();
  await writeScaleRun(join(cwd, 'night'), 'c', 3);
  expect(await runAssay(['history', 'add', 'night', '--database', 'index'], { cwd })).toMatchObject({
    exitCode: 0,
  });
  const token = 'c0ffee'.repeat(6);
  writeFileSync(join(cwd, 'token'), `${token}\n`, { mode: 0o600 });
  writeFileSync(join(cwd, 'open'), `${token}\n`, { mode: 0o644 });
  writeFileSync(join(cwd, 'broken'), 'no index at all'.repeat(200));

  const port = String(await freePort());
  const serving = startAssay(['serve', '--database', 'index', '--port', port, '--token-file', 'token'], {
    cwd,
  });
  const url = `http://127.0.0.1:${port}/`;
  await serving.says(`at ${url} until Ctrl-C`);
  const authorization = `Bearer ${token}`;
  const page = await fetch(url, { headers: { authorization } });
  expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('machines measured')]);
  expect((await fetch(url)).status).toBe(401);
  expect((await fetch(url, { method: 'POST', headers: { authorization } })).status).toBe(405);
  const head = await fetch(url, { method: 'HEAD', headers: { authorization } });
  expect([head.status, await head.text()]).toEqual([200, '']);

  for (const [args, says] of [
    [['--database', 'index', '--port', port], 'somebody listens there already'],
    [['--database', 'nowhere'], 'HISTORY_UNUSABLE'],
    [['--database', 'broken'], 'HISTORY_UNUSABLE'],
    [['--database', 'index', '--address', '0.0.0.0'], '--token-file or --proxy-header'],
    [['--database', 'index', '--token-file', 'open'], 'only you may read'],
    [['--database', 'index', '--port', '99999'], '--port'],
  ] as const)
    expect(await runAssay(['serve', ...args], { cwd })).toMatchObject({
      exitCode: 64,
      stderr: expect.stringContaining(says) as string,
    });
  serving.signal('SIGINT');
  expect(await serving.finished).toMatchObject({ exitCode: 0 });
});
