import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Contract } from '../../harness/config/contract.ts';
import { judgeDirectory } from '../support/constructed/judge-directory.ts';
import { sixEvidence } from '../support/constructed/six-evidence.ts';
import { writeRunDirectory } from '../support/constructed-run-directory.ts';
import { runAssay } from '../support/run-assay.ts';
import { temporaryDirectory } from '../support/temporary.ts';

const contract = (limits: readonly object[], waivers: readonly object[] = []) => ({
  schema: 'assay/contract',
  schemaVersion: 1,
  id: 'hall-3',
  title: 'Acceptance of hall 3',
  by: 'Example Ltd',
  date: '2026-11-02',
  profile: 'ai-training-singlenode',
  class: 'hgx-h100-8',
  limits,
  waivers,
});
const asked = { requirement: 'hbm', atLeast: '2.8 TB/s', says: 'annex B, row 4' };

it('is refused before a machine is touched, and leaves nothing behind', async () => {
  const folder = temporaryDirectory();
  writeFileSync(
    join(folder, 'rack.yaml'),
    'schema: assay/inventory\nschemaVersion: 1\nnodes: [{ name: gpu001, host: 192.0.2.1, class: hgx-h100-8 }]\n',
  );
  const refuse = async (limits: readonly object[], changes: object = {}) => {
    writeFileSync(join(folder, 'hall.yaml'), JSON.stringify({ ...contract(limits), ...changes }));
    const args = ['--profile', 'ai-training-singlenode', '--contract', 'hall.yaml', '--out', 'run'];
    const { exitCode, stderr } = await runAssay(['certify', 'rack.yaml', ...args], { cwd: folder });
    expect(readdirSync(folder).toSorted()).toEqual(['hall.yaml', 'rack.yaml']);
    return { exitCode, stderr };
  };
  expect(await refuse([{ ...asked, requirement: 'hbn' }])).toEqual({
    exitCode: 64,
    stderr: expect.stringMatching(/hall\.yaml: limits\[0\]\.requirement.*got `hbn`[^]*hbm/) as string,
  });
  expect(await refuse([{ ...asked, atLeast: '2.8 Tbit/s' }])).toEqual({
    exitCode: 64,
    stderr: expect.stringMatching(/expected a number of B\/s.*bits are not bytes/s) as string,
  });
  // The memory of this card moves 3.35 TB/s at most.
  expect(await refuse([{ ...asked, atLeast: '3.9 TB/s' }])).toEqual({
    exitCode: 64,
    stderr: expect.stringMatching(
      /LIMIT_REFUSED .*expected at most 3350000000000 B\/s, the most that is published/,
    ) as string,
  });
  expect(await refuse([asked, { ...asked, atLeast: '2.9 TB/s' }])).toEqual({
    exitCode: 64,
    stderr: expect.stringMatching(/limits\[1\].*`hbm`/) as string,
  });
  expect(await refuse([{ ...asked, atLeats: '2.9 TB/s' }])).toEqual({
    exitCode: 64,
    stderr: expect.stringMatching(/limits\[0\][^]*atLeats[^]*`atLeast`/) as string,
  });
  const over = { requirement: 'hbm', subject: 'gpu001', reason: 'used', by: 'J. Doe', expires: '2020-01-31' };
  expect(await refuse([asked], { waivers: [over] })).toEqual({
    exitCode: 64,
    stderr: expect.stringMatching(/waivers\[0\]\.expires: .*has expired/) as string,
  });
  expect(await refuse([asked], { class: 'hgx-h200-8' })).toEqual({
    exitCode: 64,
    stderr: expect.stringMatching(/class: expected one of .*hgx-h100-8, got `hgx-h200-8`/) as string,
  });
  expect(await refuse([asked], { quota: { atLeast: 31, of: 32 } })).toEqual({
    exitCode: 64,
    stderr: expect.stringMatching(/quota\.of: expected 1, the nodes of the inventory, got 32/) as string,
  });
});

it('stands on the first page, and what it lets go of keeps its verdict', async () => {
  const run = join(temporaryDirectory(), 'run');
  const waiver = {
    subject: 'gpu001',
    reason: 'no manifest was asked for',
    by: 'J. Doe',
    expires: '2027-01-31',
  };
  await writeRunDirectory(run, {
    nodes: [sixEvidence.healthyH100],
    profile: 'ai-training-singlenode',
    contract: Contract.parse(contract([asked], [{ ...waiver, requirement: 'inventory-parts' }])),
  });
  const { verdict, cell } = await judgeDirectory(run, 'ai-training-singlenode');
  expect(verdict.contract).toMatchObject({
    id: 'hall-3',
    deviations: [{ requirement: 'hbm', published: { id: 'memory.h100-sxm5-device-memory' } }],
  });
  expect(verdict.waivers).toMatchObject([{ requirement: 'inventory-parts', by: 'J. Doe' }]);
  expect(cell('gpu001', 'inventory-parts')).toMatchObject({ level: 'advisory', verdict: 'missing' });
  const bus = verdict.cells.find(({ requirement }) => requirement === 'hbm');
  expect(bus).toMatchObject({ verdict: 'missing', missing: 'not-run' });
  const html = readFileSync(join(`${run}.report`, 'report.html'), 'utf8');
  expect(html).toContain('Acceptance of hall 3 (hall-3), stated by Example Ltd on 2026-11-02 for hgx-h100-8');
  expect(html).toContain('no manifest was asked for');
  const other = await judgeDirectory(run, 'ai-inference');
  expect(other.verdict.contract).toBeUndefined();
  expect(other.cell('gpu001', 'inventory-parts').level).toBe('required');
  expect(existsSync(join(run, 'inputs/contract.json'))).toBe(true);
});
