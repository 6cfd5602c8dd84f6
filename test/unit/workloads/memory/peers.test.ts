import { describe, expect, it } from 'vitest';
import { valueOf } from '../../../../workloads/kit/facts/fact.ts';
import { copyBetween } from '../../../../workloads/memory/copy-between.ts';
import { peers } from '../../../../workloads/memory/tools/peers.ts';
import { fillFacts, loadCase } from '../../../support/case.ts';

const good = loadCase('memory', 'peers-gcc12.2.0-stand-in');
const params = {
  target: 'peers',
  bytes: 2 ** 20,
  on: 'accelerators',
  concurrency: 'together',
  seconds: 0.4,
} as const;

/** What is read where the program printed something else. */
function read(change: (text: string) => string) {
  const { run } = good.outputs;
  if (run === undefined) throw new Error('expected the output of `run`');
  const stdout = change(run.stdout);
  expect(stdout).not.toBe(run.stdout);
  return peers.parse({ ...good.outputs, run: { ...run, stdout } }, params);
}

describe('copies between accelerators', () => {
  it('take two of them', () => {
    const all = valueOf(good.facts.accelerators) ?? [];
    const { programs, headers } = good.facts;
    const needs = (count: number) =>
      peers.needs(params, fillFacts({ accelerators: all.slice(0, count), programs, headers }));
    expect(needs(2)).toMatchObject({ ok: true });
    expect(needs(1)).toMatchObject({ ok: false, error: expect.stringContaining('takes two') as string });
    expect(needs(0)).toMatchObject({ ok: false, error: 'there is no accelerator' });
  });

  it.each([
    ['to itself', (text: string) => text.replace('"to":"0000:86:00.0"', '"to":"0000:3b:00.0"')],
    ['to fewer than there are', (text: string) => text.replace('"peers":1', '"peers":2')],
    [
      'of which not all words were compared',
      (text: string) => text.replaceAll('"checked":262', '"checked":26'),
    ],
    ['whose sums are others', (text: string) => text.replace('"wrong":0}]', '"wrong":1}]')],
    ['of another size', (text: string) => text.replaceAll('"bytes":1048576', '"bytes":2097152')],
  ])('%s are refused', (_, change) => {
    expect(read(change)).toMatchObject({
      ok: false,
      error: expect.stringMatching(/^expected (sums of the )?copies/) as string,
    });
  });

  it('are measured by a program of their own, that is sent ready-made too', () => {
    expect(copyBetween.program).toBe('peer');
    expect(copyBetween.prebuilt).not.toEqual({});
  });
});
