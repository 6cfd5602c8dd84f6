import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { findRuns, readClaimRun } from '../../../../harness/cli/claim-runs.ts';
import { Contract } from '../../../../harness/config/contract.ts';
import { judgeByContract } from '../../../../harness/judge/judge-by-contract.ts';
import { RunDirectory } from '../../../../harness/store/run-directory.ts';
import { RunEvidence } from '../../../../harness/store/run-evidence.ts';
import { loadRegistry } from '../../../../workloads/registry.ts';
import { recordedStep } from '../../../support/constructed/recorded-step.ts';
import { writeRunDirectory } from '../../../support/constructed-run-directory.ts';
import { temporaryDirectory } from '../../../support/temporary.ts';
import { constructed } from '../../workloads/kit/facts/documents.ts';

const steps = [1, 2, 3].map((repetition) => recordedStep('memory', 'triad-gcc12.2.0-all', { repetition }));
const contract = Contract.parse({
  ...{ schema: 'assay/contract', schemaVersion: 1, id: 'hall-3', title: 'Annex B', by: 'Example Ltd' },
  ...{ date: '2026-11-01', profile: 'cpu-cluster', class: 'hall-node' },
  limits: [{ requirement: 'memory-speed', atLeast: '30 GB/s', says: 'row 4' }],
});
const nodeOf = (at: number) => ({
  ...{ id: `node${at}`, class: 'hall-node', steps },
  probes: constructed({
    '/proc/sys/kernel/random/boot_id': `0000000${at}-1111-4222-8333-000000000001\n`,
    '/etc/machine-id': `a4f10c77b2d94e6e8c15d3f0b61e922${at}`,
  }),
});

it('a claim reads of a run what belongs to its machine, and says of it what the whole run says', async () => {
  const path = join(temporaryDirectory(), 'run');
  await writeRunDirectory(path, { id: 'night', profile: 'cpu-cluster', nodes: [1, 2, 3].map(nodeOf) });
  const registry = await loadRegistry();
  const run = await RunDirectory.open(path);
  const material = (await RunEvidence.read(run, registry)).material(contract.profile);
  const asked = { contract, node: 'node2', zone: 'UTC' };
  const before = await readClaimRun(run, registry, asked);
  if (!('read' in before)) throw before.fault;
  expect(before.read.clauses).toEqual(judgeByContract(material, contract, 'node2'));
  expect(before.read.clauses.map(({ cell }) => cell.verdict)).toEqual(['fail']);
  expect(before.read.machines).toContain('a4f10c77b2d94e6e8c15d3f0b61e9222');
  // What was done to another machine's evidence is another's matter, and changes the digest of the run.
  appendFileSync(join(path, 'nodes/node3/journal.ndjson'), 'x');
  const beside = await readClaimRun(run, registry, asked);
  if (!('read' in beside)) throw beside.fault;
  expect(beside.read.clauses).toEqual(before.read.clauses);
  expect(beside.read.evidence.sha256).not.toBe(before.read.evidence.sha256);
  appendFileSync(join(path, 'nodes/node2/journal.ndjson'), 'x');
  expect(await readClaimRun(run, registry, asked)).toMatchObject({ fault: { code: 'EVIDENCE_DAMAGED' } });
});

it('runs of other ids are not looked into', async () => {
  const folder = temporaryDirectory();
  for (const id of ['night', 'other'])
    await writeRunDirectory(join(folder, id), { id, profile: 'cpu-cluster', nodes: [nodeOf(1)] });
  mkdirSync(join(folder, 'none'));
  const found = await findRuns(join(folder, 'state'), [folder], new Set(['night', 'gone']));
  expect([...found.keys()]).toEqual(['night']);
  expect(found.get('night')).toHaveLength(1);
});
