import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../../agents/clock.ts';
import { Journal } from '../../../../agents/keeper/journal.ts';
import { readChain, sha256 } from '../../../../agents/protocol/chain.ts';
import { temporaryDirectory } from '../../../support/temporary.ts';

const head = sha256('header');

describe('Journal', () => {
  it('writes a chain that proves itself, in the order of the calls', async () => {
    const path = join(temporaryDirectory(), 'journal.ndjson');
    const journal = await Journal.open(path, { records: 0, head }, systemClock);
    await Promise.all([1, 2, 3].map((from) => journal.append({ type: 'attached', from })));
    await journal.close();
    const chain = readChain(readFileSync(path, 'utf8'), head);
    expect(
      chain.ok && chain.value.records.map((record) => record.type === 'attached' && record.from),
    ).toEqual([1, 2, 3]);
  });

  it('cuts a torn last line, says so, and goes on from the last whole one', async () => {
    const path = join(temporaryDirectory(), 'journal.ndjson');
    const first = await Journal.open(path, { records: 0, head }, systemClock);
    await first.append({ type: 'swept', found: 1 });
    await first.close();
    appendFileSync(path, '{"seq":1,"prev":"to');
    const second = await Journal.open(path, { records: 0, head }, systemClock);
    await second.append({ type: 'closed', reason: 'after' });
    await second.close();
    const chain = readChain(readFileSync(path, 'utf8'), head);
    expect(chain.ok && chain.value.records.map(({ type }) => type)).toEqual(['swept', 'truncated', 'closed']);
    expect(chain.ok && chain.value.records[1]).toMatchObject({ bytes: 19 });
  });

  it('continues a chain whose beginning is elsewhere, and has no line of that', async () => {
    const path = join(temporaryDirectory(), 'journal.ndjson');
    const from = { records: 7, head: sha256('the seventh line') };
    const journal = await Journal.open(path, from, systemClock);
    await journal.append({ type: 'restarted', bootId: 'another' });
    expect(journal.records).toBe(8);
    expect(journal.linesFrom(7)).toEqual(journal.lines);
    expect(journal.linesFrom(6)).toBeUndefined();
    await journal.close();
    expect((await Journal.open(path, from, systemClock)).fold.bootId).toBe('another');
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ seq: 7, prev: from.head });
  });

  it('begins anew when its first line was torn: nobody was ever told of it', async () => {
    const path = join(temporaryDirectory(), 'journal.ndjson');
    writeFileSync(path, '{"seq":0,"prev":"to');
    const journal = await Journal.open(path, { records: 0, head }, systemClock);
    expect(journal.lines).toEqual([]);
    await journal.append({ type: 'closed', reason: 'after' });
    await journal.close();
    const chain = readChain(readFileSync(path, 'utf8'), head);
    expect(chain.ok && chain.value.records.map(({ type }) => type)).toEqual(['closed']);
  });
});
