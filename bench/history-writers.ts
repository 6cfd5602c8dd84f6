/**
 * Two processes add the same runs to an index at once, each in an order of its own, and the index is compared with one that nobody else wrote to:
 * `node harness/pinned.js bench/history-writers.ts [--rounds 20] [--runs 50]`.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { History } from '../harness/history/history.ts';
import { sixteenNodes } from '../test/support/constructed/night-rows.ts';

const { values: flags } = parseArgs({
  options: {
    rounds: { type: 'string', default: '20' },
    runs: { type: 'string', default: '50' },
    add: { type: 'string' },
    reverse: { type: 'boolean', default: false },
  },
});
const runs = sixteenNodes({ nights: Number(flags.runs) });

async function write(place: string, isReverse: boolean): Promise<void> {
  const history = await History.open(place, 'UTC');
  for (const rows of isReverse ? runs.toReversed() : runs) await history.add(rows);
  await history.close();
}

async function read(place: string): Promise<string> {
  const history = await History.open(place, 'UTC');
  let text = '';
  for await (const line of history.export()) text += line;
  await history.close();
  return text;
}

if (flags.add !== undefined) await write(flags.add, flags.reverse);
else {
  const directory = mkdtempSync(join(tmpdir(), 'assay-writers-'));
  try {
    await write(join(directory, 'alone'), false);
    const alone = await read(join(directory, 'alone'));
    let equal = 0;
    const begun = process.hrtime.bigint();
    for (let round = 0; round < Number(flags.rounds); round += 1) {
      const place = join(directory, `round-${round}`);
      const self = [...process.execArgv, process.argv[1] ?? '', '--runs', flags.runs, '--add', place];
      const both = [[], ['--reverse']].map((more) =>
        spawn(process.execPath, [...self, ...more], { stdio: 'inherit' }),
      );
      const codes = await Promise.all(
        both.map(async (child) => ((await once(child, 'exit')) as [number])[0]),
      );
      if (codes.every((code) => code === 0) && (await read(place)) === alone) equal += 1;
    }
    const seconds = Number(process.hrtime.bigint() - begun) / 1e9;
    process.stdout.write(`${JSON.stringify({ rounds: Number(flags.rounds), equal, seconds })}\n`);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
