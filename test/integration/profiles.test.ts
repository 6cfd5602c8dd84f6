import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Requirement } from '../../workloads/kit/requirement.ts';
import { judgeDirectory } from '../support/constructed/judge-directory.ts';
import { sixEvidence } from '../support/constructed/six-evidence.ts';
import { writeRunDirectory } from '../support/constructed-run-directory.ts';
import { runAssay } from '../support/run-assay.ts';
import { temporaryDirectory } from '../support/temporary.ts';

const own = (changes: object) =>
  JSON.stringify({
    schema: 'assay/profile',
    schemaVersion: 2,
    id: 'hall-3',
    version: '1',
    title: 'Hall 3',
    purpose: 'Serves our models.',
    family: 'ai',
    suites: { acceptance: 'ai' },
    requirements: ['clock', { like: 'memory-size', level: 'advisory' }],
    ...changes,
  });

it('a profile of one’s own is found to be valid, and all is said that is wrong with another', async () => {
  const cwd = temporaryDirectory();
  writeFileSync(join(cwd, 'good.yaml'), own({}));
  expect(await runAssay(['profiles', 'check', 'good.yaml'], { cwd })).toMatchObject({
    exitCode: 0,
    stdout: expect.stringMatching(/^good\.yaml: valid\nhall-3 1 {2}Hall 3\n/) as string,
  });
  writeFileSync(
    join(cwd, 'bad.yaml'),
    own({ suits: {}, requirements: ['clok', { like: 'memory-size', level: 'x' }] }),
  );
  const bad = await runAssay(['profiles', 'check', 'bad.yaml'], { cwd });
  expect(bad).toEqual({
    exitCode: 64,
    stdout: '',
    stderr: expect.stringContaining('\n3 errors\n') as string,
  });
  expect(bad.stderr).toMatch(/bad\.yaml: requirements\[0\].*`clok`\n {2}Did you mean `clock`\?/);
  writeFileSync(join(cwd, 'taken.yaml'), own({ id: 'storage', suites: { nightly: 'aii' } }));
  const taken = await runAssay(['profiles', 'check', 'taken.yaml', '--json'], { cwd });
  expect(taken.exitCode).toBe(64);
  expect(JSON.parse(taken.stdout)).toMatchObject({
    errors: [
      { message: expect.stringContaining('got `storage`, which ships with Assay') as string },
      { message: expect.stringMatching(/suites\.nightly: .*got `aii`/) as string },
    ],
  });
});

it('each requirement is shown with its limit for a class, or that nobody publishes one', async () => {
  const cwd = temporaryDirectory();
  const args = ['profiles', 'show', 'ai-inference', '--class', 'hgx-h100-8'];
  const text = await runAssay(args, { cwd });
  expect(text).toMatchObject({ exitCode: 0, stderr: '' });
  expect(text.stdout).toMatch(
    /\nhbm-served .*\n {2}at least 2\.821 TB\/s.*\n {6}Azure AI benchmarking guide: /,
  );
  expect(text.stdout).toMatch(/\ngemm-served .*\n {2}nobody publishes one that decides/);
  expect(text.stdout).toMatch(/required have no limit that anybody publishes: gemm-served\n/);
  const { stdout } = await runAssay([...args, '--json'], { cwd });
  const { requirements } = JSON.parse(stdout) as { requirements: { id: string; asked: { by: string } }[] };
  expect(requirements.find(({ id }) => id === 'gemm-served')?.asked.by).toBe('contract');
  expect(requirements.find(({ id }) => id === 'nvme-read')?.asked.by).toBe('part');
});

it('a driver without the fix of its branch fails, with who advises it, in every report', async () => {
  const run = join(temporaryDirectory(), 'run');
  const fixes = ['535.309.01', '550.999.01', '580.178.04'].map((atLeast) => ({
    atLeast,
    branch: atLeast.slice(0, 3),
    advisory: { title: 'Security Bulletin', locator: 'https://example.com/1', date: '2026-09-30' },
  }));
  const requirement = Requirement.parse({
    id: 'driver-fixes',
    title: 'Driver has the fixes of its branch',
    dimension: 'D12',
    level: 'required',
    owner: 'configuration',
    scope: 'accelerator',
    rule: { kind: 'versions', component: 'driver', retrieved: '2026-06-01', fixes },
    sampling: 'exact',
    action: 'Install the driver that the bulletin names.',
  });
  await writeRunDirectory(run, {
    nodes: [sixEvidence.healthyH100],
    profile: 'ai-inference',
    change: (builtIn) => ({
      ...builtIn,
      profiles: builtIn.profiles.map((profile) =>
        profile.id === 'ai-inference'
          ? { ...profile, requirements: [...profile.requirements, requirement] }
          : profile,
      ),
    }),
  });
  const { verdict } = await judgeDirectory(run, 'ai-inference');
  const cells = verdict.cells.filter((cell) => cell.requirement === 'driver-fixes');
  expect(cells.map((cell) => cell.verdict)).toEqual(Array.from({ length: 8 }, () => 'fail'));
  expect(cells[0]?.reason).toMatch(
    /expected driver 550\.999\.01 or later in line 550, found 550.* looked up 175 days before the run: look again/,
  );
  expect(
    verdict.defects.filter(({ cells: ids }) => ids.some((id) => id.endsWith(':driver-fixes'))),
  ).toHaveLength(1);
});
