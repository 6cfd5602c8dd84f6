import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const pinned = fileURLToPath(new URL('../../../harness/pinned.js', import.meta.url));

it.each([
  ['--passphrase-fd', '5'],
  ['--passphrase-fd=5'],
])('what an older Node.js starts has the descriptor that %s %s names', (...option) => {
  const read = 'console.log(require("node:fs").readFileSync(5, "utf8").trim())';
  const script = `import(${JSON.stringify(pinned)}).then(({ runPinned }) => runPinned(${JSON.stringify(['-e', read, '--', ...option])}))`;
  const ended = spawnSync('bash', ['-c', '"$0" -e "$1" 5< <(echo a secret)', process.execPath, script], {
    encoding: 'utf8',
  });
  expect(ended).toMatchObject({ status: 0, stdout: 'a secret\n', stderr: '' });
});
