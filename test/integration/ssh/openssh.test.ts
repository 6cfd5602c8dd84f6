import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compareConfig } from '../../support/openssh/compare-config.ts';
import { compareKnownHosts, createKeys } from '../../support/openssh/compare-known-hosts.ts';
import type { Comparison } from '../../support/openssh/comparison.ts';
import type { Keys } from '../../support/openssh/generate-known-hosts.ts';
import { hasSshd } from '../../support/sshd.ts';

const hasSsh = hasSshd && ['ssh', 'ssh-keygen'].every((name) => existsSync(`/usr/bin/${name}`));
if (!hasSsh && process.env['CI'] === 'true')
  throw new Error('expected ssh and ssh-keygen with CI=true (apt-get install openssh-client)');

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'assay-openssh-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The same cases each time; bench/openssh.ts takes any number of others. */
const seeds = Array.from({ length: 50 }, (_, index) => index);

async function compareAll(compare: (seed: number) => Promise<Comparison>): Promise<readonly Comparison[]> {
  const comparisons: Comparison[] = [];
  for (const seed of seeds) comparisons.push(await compare(seed));
  return comparisons;
}

function expectSame(comparisons: readonly Comparison[]): void {
  const differing = comparisons.filter(({ kind }) => kind === 'differs');
  expect(differing.map(({ about, why }) => `${about}\n${why}`)).toEqual([]);
  const taken = comparisons.filter(({ isAcceptedByThem }) => isAcceptedByThem);
  expect(taken.length).toBeGreaterThan(seeds.length / 3);
  expect(taken.filter(({ isAcceptedByUs }) => isAcceptedByUs).length).toBeGreaterThanOrEqual(
    taken.length * 0.8,
  );
}

describe.skipIf(!hasSsh)('beside the installed OpenSSH', () => {
  it('reaches generated targets of generated configurations in the same way', async () => {
    expectSame(await compareAll((seed) => compareConfig(seed, join(folder, 'config'))));
  });

  it('judges host keys by generated known_hosts files as ssh does a real sshd', async () => {
    const keys: Keys = createKeys(join(folder, 'keys'));
    const comparisons = await compareAll((seed) => compareKnownHosts(seed, join(folder, 'keys'), keys));
    expectSame(comparisons);
    const verdicts = new Set(comparisons.map(({ why }) => why.split(' ', 1)[0]));
    expect([...verdicts]).toEqual(expect.arrayContaining(['known', 'unknown', 'changed', 'revoked']));
  });
});
