import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { BuiltIn } from '../../harness/config/built-in.ts';
import { changePack } from '../support/change-pack.ts';
import type { Judged } from '../support/constructed/judge-directory.ts';
import { judgeDirectory } from '../support/constructed/judge-directory.ts';
import { recordedStep } from '../support/constructed/recorded-step.ts';
import { hgxBuses, hgxClaims, hgxServer, sixEvidence } from '../support/constructed/six-evidence.ts';
import type { EvidenceNode, EvidenceRun, EvidenceStep } from '../support/constructed-run-directory.ts';
import { writeRunDirectory } from '../support/constructed-run-directory.ts';
import { runAssay } from '../support/run-assay.ts';
import { tell } from '../support/tell.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { constructed, nvidiaSmi, virtualMachine } from '../unit/workloads/kit/facts/documents.ts';

// Ways in which well-known tools say PASS when they should not, each on saved evidence through the command line.
// `judgeDirectory` requires of each that exit code, document, JUnit and HTML say the same.

const hash = recordedStep('sha256', 'openssl-3.0.19', { entry: 'hash' });
const gemm = recordedStep('matmul', 'openblas-0.3.21-fp32', { entry: 'gemm' });
const verify = recordedStep('nvme', 'fio-3.33-verify', { entry: 'verify' });
const corrupt = recordedStep('nvme', 'fio-3.33-verify-corrupt', { entry: 'verify' });
const randomRead = recordedStep('nvme', 'fio-3.33-random-read', { entry: 'random-read' });
const ioError = recordedStep('nvme', 'fio-3.33-io-error', {
  entry: 'random-read',
  execution: 'error',
  reason: 'command `run` ended with 2',
});
/** A step that left nothing but its end. */
const ended = (
  step: EvidenceStep,
  execution: NonNullable<EvidenceStep['execution']>,
  reason: string,
): EvidenceStep => ({ ...step, outputs: {}, execution, reason });

const machine = (steps: readonly EvidenceStep[], changes: Partial<EvidenceNode> = {}): EvidenceNode => ({
  id: 'vm',
  probes: virtualMachine,
  steps,
  ...changes,
});

async function written(run: EvidenceRun): Promise<string> {
  const path = join(temporaryDirectory(), 'run');
  await writeRunDirectory(path, run);
  return path;
}

const judge = async (run: EvidenceRun, profile = 'survey'): Promise<Judged> =>
  judgeDirectory(await written(run), profile);
const judgeSteps = (steps: readonly EvidenceStep[], profile?: string): Promise<Judged> =>
  judge({ nodes: [machine(steps)] }, profile);

it('the evidence that the tests below damage passes as it is', async () => {
  expect((await judgeSteps([hash, gemm, verify])).exitCode).toBe(0);
});

describe('nothing was measured', () => {
  it('no limit for the metric', async () => {
    const unlimited = ({ profiles, limits }: BuiltIn): BuiltIn => ({
      limits,
      profiles: profiles.map((profile) => ({
        ...profile,
        requirements: profile.requirements.map((requirement) =>
          requirement.rule.kind === 'metric'
            ? { ...requirement, rule: { ...requirement.rule, statedBy: 'contract' as const } }
            : requirement,
        ),
      })),
    });
    const { exitCode, cell } = await judge({ nodes: [machine([hash, gemm, verify])], change: unlimited });
    expect(exitCode).toBe(2);
    expect(cell('vm', 'nvme-exact')).toMatchObject({ verdict: 'missing', missing: 'no-limit' });
  });

  it('a limit that the profile asks about and the run does not have', async () => {
    const { exitCode, cell } = await judge({
      nodes: [machine([hash, gemm, verify])],
      change: ({ profiles, limits }) => ({
        profiles,
        limits: limits.filter(({ id }) => id !== 'nvme.verify-errors'),
      }),
    });
    expect(exitCode).toBe(2);
    expect(cell('vm', 'nvme-exact')).toMatchObject({ verdict: 'missing', missing: 'no-limit' });
  });

  it('a required size that the tool left out', async () => {
    const { exitCode, cell } = await judge({
      nodes: [machine([hash, gemm, verify])],
      change: ({ profiles, limits }) => ({
        profiles,
        limits: limits.map((limit) =>
          limit.id === 'nvme.verify-errors' ? { ...limit, where: { blockBytes: 4096 } } : limit,
        ),
      }),
    });
    expect(exitCode).toBe(2);
    expect(cell('vm', 'nvme-exact')).toMatchObject({
      verdict: 'missing',
      missing: 'not-run',
      reason: 'no sample was taken with blockBytes=4096',
    });
  });

  it('no samples: the suite did not plan it', async () => {
    const { exitCode, cell } = await judgeSteps([hash, gemm]);
    expect(exitCode).toBe(2);
    expect(cell('vm', 'nvme-exact')).toMatchObject({
      verdict: 'missing',
      missing: 'not-run',
      reason: 'the suite `constructed` did not plan `nvme` on this node',
    });
  });

  it('no samples: the checker is not installed', async () => {
    const node = machine([hash, gemm], {
      unplanned: [
        {
          entry: 'verify',
          workload: 'nvme',
          reason: { say: 'quoted', text: 'fio: fio not on the PATH' },
        },
      ],
    });
    const { exitCode, cell } = await judge({ nodes: [node] });
    expect(exitCode).toBe(2);
    expect(cell('vm', 'nvme-exact')).toMatchObject({
      verdict: 'missing',
      missing: 'no-tool',
      reason: 'verify: fio: fio not on the PATH',
    });
  });

  it('zero steps executed', async () => {
    const none = [hash, gemm, verify].map((step) => ({ ...step, execution: 'none' as const }));
    const { exitCode, verdict } = await judgeSteps(none);
    expect(exitCode).toBe(2);
    expect(verdict.attempts.map(({ execution }) => execution)).toEqual(['skipped', 'skipped', 'skipped']);
    expect(verdict.counts.required).toMatchObject({ pass: 5, missing: 3 });
  });

  it.each([
    ['skipped', 'the batch ended before it'],
    ['refused', 'tmpfs is memory, not a drive'],
    ['timeout', 'run: did not end within 60000 ms'],
    ['error', 'layout: exit code 1'],
    ['cancelled', 'stopped by the operator'],
    ['lost-contact', 'no coordinator for 120 s'],
    ['lost', 'the machine was booted again'],
  ] as const)('a required step ended as %s', async (execution, reason) => {
    const { exitCode, cell, verdict } = await judgeSteps([hash, gemm, ended(verify, execution, reason)]);
    expect(exitCode).toBe(2);
    expect(cell('vm', 'nvme-exact').verdict).toMatch(/^(missing|invalid)$/);
    expect(cell('vm', 'nvme-exact').reason).toContain(`${execution}: ${reason} (r1-verify)`);
    expect(verdict.attempts.at(-1)).toMatchObject({ step: 'r1-verify', execution });
  });
});

describe('what is left stands for what was planned', () => {
  it('a repetition that vanished since the plan', async () => {
    const gone = { ...verify, repetition: 2, execution: 'none' as const };
    const { exitCode, cell } = await judgeSteps([hash, gemm, verify, gone]);
    expect(exitCode).toBe(2);
    expect(cell('vm', 'nvme-exact')).toMatchObject({
      verdict: 'invalid',
      reason: '1 of 2 planned repetitions: skipped: it left no evidence (r2-verify)',
    });
  });

  it('a reboot in the middle: the repetitions before and after it are not the whole', async () => {
    const lost = { ...ended(verify, 'lost', 'the machine was booted again'), repetition: 2 };
    const { exitCode, cell } = await judgeSteps([hash, gemm, verify, lost, { ...verify, repetition: 3 }]);
    expect(exitCode).toBe(2);
    expect(cell('vm', 'nvme-exact')).toMatchObject({
      verdict: 'invalid',
      reason: '2 of 3 planned repetitions: lost: the machine was booted again (r2-verify)',
    });
  });

  it('a GPU that was there when the plan was made', async () => {
    const node: EvidenceNode = {
      id: 'gpu003',
      plannedFrom: hgxServer(hgxBuses),
      probes: hgxServer(hgxBuses.slice(1)),
    };
    const { exitCode, cell } = await judge({ nodes: [node], profile: 'ai-inference' }, 'ai-inference');
    expect(exitCode).toBe(2);
    expect(cell('gpu003/GPU-00000000-0000-4000-8000-00000000001B', 'accelerator-usable')).toMatchObject({
      verdict: 'missing',
      missing: 'no-subject',
    });
  });

  it('fewer GPUs than claimed: the driver lost one that the bus still shows', async () => {
    const seven = nvidiaSmi(hgxBuses.slice(1).map((bus) => ({ id: `00000000:${bus}:00.0` })));
    const probes = hgxServer(hgxBuses, { 'nvidia-smi -q -x': seven.replaceAll('500.00 W', '700.00 W') });
    const { exitCode, cell } = await judge(
      {
        nodes: [{ id: 'gpu004', class: 'hgx-h100-8', claims: hgxClaims, probes }],
      },
      'ai-training-multinode',
    );
    expect(exitCode).toBe(1);
    expect(cell('gpu004/0000:1b:00.0', 'accelerator-usable')).toMatchObject({
      verdict: 'fail',
      owner: 'hardware',
      reason: expect.stringMatching(/nvidia-smi does not list 0000:1b:00.0/) as string,
    });
  });

  it('a class inferred from what is left: without a claim seven GPUs are not a whole machine of seven', async () => {
    const node: EvidenceNode = { id: 'gpu005', probes: hgxServer(hgxBuses.slice(1)) };
    const { exitCode, cell, verdict } = await judge({ nodes: [node] }, 'ai-training-multinode');
    expect(exitCode).toBe(2);
    expect(verdict.assets[0]?.class).toEqual({ id: '7 × H100-SXM5-80GB', how: 'inferred' });
    expect(cell('gpu005', 'accelerator-count')).toMatchObject({ verdict: 'missing', missing: 'no-claim' });
  });
});

describe('the best number wins', () => {
  it('retry until green: a failed repetition is pooled with those after it', async () => {
    const again = [corrupt, { ...verify, repetition: 2 }, { ...verify, repetition: 3 }];
    const { exitCode, cell } = await judgeSteps([hash, gemm, ...again]);
    expect(exitCode).toBe(1);
    expect(cell('vm', 'nvme-exact')).toMatchObject({
      verdict: 'fail',
      reason: 'expected at most 0, found 0 to 3: 1 of 3 observations violate the limit',
    });
  });

  it('a drive that answers with an error in a timed read: a defect of the drive, whatever its verify pass says', async () => {
    const { exitCode, cell, verdict } = await judgeSteps([hash, gemm, verify, ioError]);
    expect(exitCode).toBe(1);
    expect(cell('vm', 'nvme-exact')).toMatchObject({
      verdict: 'fail',
      owner: 'hardware',
      reason: 'expected at most 0, found 0 to 1 (EIO): 1 of 2 observations violate the limit',
    });
    expect(tell(verdict.defects)[0]).toMatchObject({
      owner: 'hardware',
      action: expect.stringMatching(/kernel log/) as string,
    });
  });

  it('one bad of several repetitions is not averaged away', async () => {
    const middle = [verify, { ...corrupt, repetition: 2 }, { ...verify, repetition: 3 }];
    expect((await judgeSteps([hash, gemm, ...middle])).exitCode).toBe(1);
  });

  it('several measurements of one metric: the last does not win', async () => {
    const last = { ...verify, entry: 'verify-again' };
    const { exitCode, cell } = await judgeSteps([hash, gemm, corrupt, last]);
    expect(exitCode).toBe(1);
    expect(cell('vm', 'nvme-exact').observed).toMatchObject({ n: 2, min: 0, max: 3 });
  });
});

describe('the number is of something else', () => {
  it('a limit in another unit', async () => {
    const { exitCode, cell } = await judge({
      nodes: [machine([hash, gemm, verify])],
      change: ({ profiles, limits }) => ({
        profiles,
        limits: limits.map((limit) =>
          limit.id === 'nvme.verify-errors' ? { ...limit, unit: 'ratio' as const } : limit,
        ),
      }),
    });
    expect(exitCode).toBe(2);
    expect(cell('vm', 'nvme-exact')).toMatchObject({
      verdict: 'invalid',
      reason: 'the limit is in ratio, the metric in count',
    });
  });

  it('the results of another drive', async () => {
    const tree = virtualMachine.probes.find(({ id }) => id === 'sysfs block')?.text ?? '';
    const probes = constructed({ 'sysfs block': tree.replace('overlayblk', 'other-drive') });
    const { exitCode, cell } = await judge({ nodes: [machine([verify, randomRead], { probes })] }, 'storage');
    expect(exitCode).toBe(2);
    expect(cell('vm/other-drive', 'verify')).toMatchObject({ verdict: 'missing', missing: 'not-run' });
    expect(cell('vm/other-drive', 'proven-nvme').verdict).toBe('missing');
  });

  it('memory: 170,000 IOPS from tmpfs, and a check that needs() never let run', async () => {
    const memory = recordedStep('nvme', 'fio-3.33-tmpfs', { entry: 'random-read' });
    const { exitCode, verdict } = await judgeSteps([hash, gemm, memory], 'storage');
    expect(exitCode).toBe(2);
    expect(
      verdict.measurements.filter(({ metric }) => metric.startsWith('nvme.')).map(({ invalid }) => invalid),
    ).toEqual([
      'tmpfs is memory, not a drive',
      'tmpfs is memory, not a drive',
      'tmpfs is memory, not a drive',
    ]);
  });

  it('indicative numbers of our own kernels only', async () => {
    const own = [
      recordedStep('sha256', 'embedded-node24.21.0', { entry: 'hash' }),
      recordedStep('matmul', 'embedded-node24.21.0', { entry: 'gemm' }),
      verify,
    ];
    const { exitCode, cell } = await judgeSteps(own);
    expect(exitCode).toBe(2);
    for (const requirement of ['sha256-exact', 'matmul-exact']) {
      expect(cell('vm', requirement)).toMatchObject({
        verdict: 'invalid',
        reason: "indicative: embedded is Assay's own kernel, no native tool measured this",
      });
    }
  });
});

describe("the tool's own failure is ignored", () => {
  it.each([
    ['header hashes that are wrong', 'sha256', 'header-hash-gcc12.2.0-wrong', 'sha256-exact'],
    ['matrix elements that are wrong', 'matmul', 'own-gcc12.2.0-fp32-wrong', 'matmul-exact'],
    ['blocks that are wrong', 'nvme', 'fio-3.33-verify-corrupt', 'nvme-exact'],
  ])('%s fail, although the tool ended with 0', async (_, workload, fixture, requirement) => {
    const others = [hash, gemm, verify].filter((step) => step.workload !== workload);
    const { exitCode, cell } = await judgeSteps([...others, recordedStep(workload, fixture)]);
    expect(exitCode).toBe(1);
    expect(cell('vm', requirement).verdict).toBe('fail');
  });

  it.each([
    ['openssl does not know the digest', 'sha256', 'openssl-3.0.19-unknown-digest', 'sha256-exact'],
    ['oneDNN has no kernel for the type', 'matmul', 'onednn-2.6.3-no-kernel', 'matmul-exact'],
    ['fio prints numbers of a file it could not open', 'nvme', 'fio-3.33-missing-file', 'nvme-exact'],
  ])('%s', async (_, workload, fixture, requirement) => {
    const others = [hash, gemm, verify].filter((step) => step.workload !== workload);
    const failed = recordedStep(workload, fixture, { execution: 'error', reason: 'exit code 1' });
    const { exitCode, cell } = await judgeSteps([...others, failed]);
    expect(exitCode).toBe(2);
    expect(cell('vm', requirement).verdict).toMatch(/^(missing|invalid)$/);
  });
});

describe('more than one machine', () => {
  it('equal ids of two nodes are told of both and take nothing from either', async () => {
    const { cell, verdict } = await judge(
      { nodes: [machine([verify]), machine([verify], { id: 'alias' })] },
      'storage',
    );
    for (const node of ['vm', 'alias']) expect(cell(node, 'identity').verdict).toBe('pass');
    expect(tell(verdict.notShown)).toContainEqual(
      expect.objectContaining({ what: 'A machine of its own on alias, vm', about: ['alias', 'vm'] }),
    );
  });

  it('one unreachable node neither hides nor stops the other', async () => {
    const { exitCode, cell, verdict } = await judge({
      nodes: [machine([hash, gemm, verify]), sixEvidence.lockedHost],
    });
    expect(exitCode).toBe(2);
    expect(cell('vm', 'nvme-exact').verdict).toBe('pass');
    expect(cell('locked', 'nvme-exact')).toMatchObject({
      verdict: 'missing',
      missing: 'no-access',
      reason: 'ssh: permission denied (publickey)',
    });
    expect(verdict.nodes.map(({ id, reached }) => [id, reached])).toEqual([
      ['locked', false],
      ['vm', true],
    ]);
  });

  it('a node whose facts never arrived passes nothing', async () => {
    const run = await written({ nodes: [machine([hash, gemm, verify])] });
    const journal = join(run, 'nodes/vm/journal.ndjson');
    const lines = readFileSync(journal, 'utf8').split('\n');
    writeFileSync(journal, `${lines[0] ?? ''}\n`);
    await changePack(run, 'vm', (steps) => steps.clear());
    const { exitCode, verdict } = await judgeDirectory(run, 'survey');
    expect(exitCode).toBe(3);
    expect(verdict.counts.required.pass).toBe(0);
  });
});

describe('a log that does not cover the run', () => {
  const cut = async (): Promise<string> => {
    const run = await written({ nodes: [machine([hash, gemm, verify])] });
    const journal = join(run, 'nodes/vm/journal.ndjson');
    const lines = readFileSync(journal, 'utf8').split('\n');
    // The last two lines are the beginning and the end of the last step, and the text after them is empty.
    writeFileSync(journal, `${lines.slice(0, -3).join('\n')}\n`);
    return run;
  };

  it('is refused when there are results that it does not name', async () => {
    const run = await cut();
    const { exitCode, stderr } = await runAssay(['judge', run, '--json'], { cwd: run });
    expect(exitCode).toBe(4);
    expect(stderr).toContain('nodes/vm/evidence.tar steps/r1-verify: expected a step that the journal names');
  });

  it('leaves the steps after its end without evidence', async () => {
    const run = await cut();
    await changePack(run, 'vm', (steps) => steps.delete('r1-verify'));
    const { exitCode, cell } = await judgeDirectory(run, 'survey');
    expect(exitCode).toBe(2);
    expect(cell('vm', 'nvme-exact')).toMatchObject({
      verdict: 'missing',
      reason: 'skipped: it left no evidence (r1-verify)',
    });
  });
});

describe('what a drive says of itself', () => {
  const block = '/sys/block/nvme0n1';
  const block0 = {
    [block]: '../devices/pci0000:00/0000:00:04.0/nvme/nvme0/nvme0n1',
    [`${block}/dev`]: '259:0',
    [`${block}/size`]: '131072',
    [`${block}/device/transport`]: 'pcie',
    [`${block}/device/serial`]: 'QNVME0001',
  };
  const probes = constructed({ 'sysfs block': block0 });
  const look = (name: string, repetition = 1, change: Partial<EvidenceStep> = {}) =>
    recordedStep('drive-health', name, { repetition, ...change });
  const looks = (names: readonly string[], changes: Partial<EvidenceNode> = {}): Promise<Judged> => {
    const steps = names.map((name, index) => look(name, index + 1));
    return judge({ nodes: [machine(steps, { probes, ...changes })] }, 'storage');
  };
  const healthy = 'smartctl-7.3-qemu-nvme';
  const readOnly = 'smartctl-7.3-qemu-nvme-read-only';
  const ofDrive = ['smart', 'drive-wear', 'drive-media-errors'];
  const verdicts = ({ cell }: Judged) =>
    ofDrive.map((requirement) => cell('vm/QNVME0001', requirement).verdict);

  it('is enough, when it warns of nothing before and after', async () => {
    expect(verdicts(await looks([healthy, healthy]))).toEqual(['pass', 'pass', 'pass']);
  });

  it('by either tool', async () => {
    expect(verdicts(await looks(['nvme-cli-2.3-qemu', 'nvme-cli-2.3-qemu']))).toEqual([
      'pass',
      'pass',
      'pass',
    ]);
    expect((await looks(['nvme-cli-2.3-qemu-read-only'])).exitCode).toBe(1);
  });

  it('is a fail, when it warns in one of several looks', async () => {
    const judged = await looks([healthy, readOnly]);
    expect(verdicts(judged)).toEqual(['fail', 'pass', 'pass']);
    expect(judged.exitCode).toBe(1);
  });

  it('shows no new errors in one look', async () => {
    expect((await looks([healthy])).cell('vm/QNVME0001', 'drive-media-errors')).toMatchObject({
      verdict: 'missing',
      reason: 'the counter was looked at once, and what it grew by is seen in two looks',
    });
  });

  it('has not passed, when nobody was allowed to ask', async () => {
    const text = 'smartctl: needs root for `/usr/sbin/smartctl`, which `sudo -n` refuses';
    const unplanned = [
      { entry: 'drive-health', workload: 'drive-health', reason: { say: 'quoted' as const, text } },
    ];
    const judged = await looks([], { unplanned });
    for (const requirement of ofDrive)
      expect(judged.cell('vm/QNVME0001', requirement)).toMatchObject({
        verdict: 'missing',
        missing: 'no-tool',
        reason: `drive-health: ${text}`,
      });
  });

  it('is missing for the reason that it gave, and hides no other drive', async () => {
    const second = '/sys/block/nvme1n1';
    const both = constructed({
      'sysfs block': {
        ...block0,
        [second]: '../devices/pci0000:00/0000:00:05.0/nvme/nvme1/nvme1n1',
        [`${second}/dev`]: '259:1',
        [`${second}/size`]: '131072',
        [`${second}/device/transport`]: 'pcie',
        [`${second}/device/serial`]: 'GONE0002',
      },
    });
    const gone = recordedStep('drive-health', 'smartctl-7.3-gone').outputs['drive-nvme0n1'];
    const steps = [1, 2].map((repetition) => {
      const step = look(healthy, repetition);
      return { ...step, outputs: { ...step.outputs, 'drive-nvme1n1': gone! } };
    });
    const judged = await judge({ nodes: [machine(steps, { probes: both })] }, 'storage');
    expect(verdicts(judged)).toEqual(['pass', 'pass', 'pass']);
    for (const requirement of ofDrive)
      expect(judged.cell('vm/GONE0002', requirement)).toMatchObject({
        verdict: 'missing',
        reason: 'Smartctl open device: /dev/nvme0n1 failed: No such device',
      });
  });

  it('is of another machine, when it is of another drive', async () => {
    const judged = await looks(['smartctl-7.0-nvme-media-errors', 'smartctl-7.0-nvme-media-errors']);
    expect(verdicts(judged)).toEqual(['missing', 'missing', 'missing']);
    expect(judged.exitCode).toBe(2);
  });
});
