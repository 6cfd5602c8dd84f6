import { mkdtempSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readHostFacts } from '../../../../workloads/kit/facts/read-host-facts.ts';
import type { StepOutputs } from '../../../../workloads/kit/tool.ts';
import { run } from '../../../../workloads/nvme/kernel.ts';
import { embedded } from '../../../../workloads/nvme/tools/embedded.ts';
import { Params } from '../../../../workloads/nvme/workload.ts';
import { removeFolder } from '../../../support/temporary.ts';
import { altered } from '../altered.ts';
import { virtualMachine } from '../kit/facts/documents.ts';
import { recorded } from './recorded.ts';

const write = recorded('embedded-node24.21.0-write');
const facts = readHostFacts(virtualMachine);

function reading(outputs: StepOutputs, params = write.params) {
  const parsed = embedded.parse(outputs, params);
  if (!parsed.ok) throw new Error(parsed.error);
  return parsed.value.readings[0];
}
const error = (stdout: string): string => {
  const parsed = embedded.parse(
    altered(write.outputs, 'run', () => ({ stdout })),
    write.params,
  );
  return parsed.ok ? 'ok' : parsed.error;
};

test('is invalid when the bytes never reached the drive', () => {
  const still = altered(write.outputs, 'run', ({ counters }) => ({
    counters: counters === undefined ? undefined : { before: counters.after, after: counters.after },
  }));
  expect(reading(still)?.invalid).toBe(
    'the drive moved 0 % of the bytes that were written (expected at least 95 %)',
  );
});

describe('unreadable outputs are errors', () => {
  const line = write.outputs['run']?.stdout ?? '';
  test('blocks and bytes that do not fit', () =>
    expect(error(line.replace(/"operations":\d+/, '"operations":7'))).toMatch(/^expected whole blocks/));
  test('a kernel that ran longer than its program', () =>
    expect(error(line.replace(/"elapsedMs":[\d.]+/, '"elapsedMs":1'))).toBe(
      'the kernel measured a longer time than the program around it',
    ));
});

test('reads are refused: they would come from memory', () => {
  const read = Params.parse({
    pattern: 'randomRead',
    blockBytes: 4096,
    queueDepth: 1,
    jobs: 1,
    fileBytes: 1_048_576,
    seconds: 1,
  });
  expect(embedded.needs(read, facts)).toEqual({
    ok: false,
    error: 'without O_DIRECT a read comes from memory: only fio can read from the drive',
  });
  expect(embedded.needs(write.params, facts)).toEqual({ ok: true, value: undefined });
});

test.each(['sequential', 'random'])('the kernel writes every block once (%s)', (order) => {
  const folder = mkdtempSync(join(tmpdir(), 'assay-nvme-'));
  try {
    const file = join(folder, 'x');
    const result = run({ file, order, blockBytes: 512, fileBytes: 512 * 1001, seconds: 10 });
    expect(result).toMatchObject({ operations: 1001, bytes: 512_512 });
    expect(statSync(file).size).toBe(512_512);
    // A block that was left out would be a hole of zeros.
    const bytes = readFileSync(file);
    const first = bytes.subarray(0, 512);
    expect(
      Array.from({ length: 1001 }, (_, block) =>
        bytes.subarray(block * 512, block * 512 + 512).equals(first),
      ).every(Boolean),
    ).toBe(true);
  } finally {
    removeFolder(folder);
  }
});
