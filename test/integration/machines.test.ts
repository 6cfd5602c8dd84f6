import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Judged } from '../support/constructed/judge-directory.ts';
import { judgeDirectory } from '../support/constructed/judge-directory.ts';
import { writeRunDirectory } from '../support/constructed-run-directory.ts';
import { loadMachine } from '../support/machines.ts';
import { tell } from '../support/tell.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { constructed } from '../unit/workloads/kit/facts/documents.ts';

// What is concluded about machines whose drivers say something, from their probes alone.

async function judge(machine: string, profile = 'ai-inference'): Promise<Judged> {
  const run = join(temporaryDirectory(), 'run');
  await writeRunDirectory(run, { nodes: [{ id: 'gpu1', probes: loadMachine(machine).document }] });
  return judgeDirectory(run, profile);
}
const text = (pattern: RegExp): string => expect.stringMatching(pattern) as string;

describe('what the driver says of an accelerator decides about it', () => {
  it.each([
    [
      'h100-recovery-action',
      'GPU-00000001-0000-0000-0000-000000000000',
      /gpu_recovery_action: Reset; reset_required: Yes$/,
      /^Drain the node, reset the accelerator/,
    ],
    [
      'h100-gsp-error',
      'GPU-00000000-0000-0000-0000-000000000000',
      /gpu_power_readings\/current_power_limit: ERR!$/,
      /^Reset the accelerator or reboot the node/,
    ],
    [
      'h100-device-handle',
      '0000:c3:00.0',
      /Unable to determine the device handle for GPU0000:C3:00\.0: Unknown Error$/,
      /^Power the machine off and on, reseat/,
    ],
    [
      'rtx5090-lost',
      '0000:09:00.0',
      /handle for GPU0: 0000:09:00\.0: Unknown Error$/,
      /^Power the machine off/,
    ],
    ['h100-seven-of-eight', '0000:43:00.0', /nvidia-smi does not list 0000:43:00\.0/, /kernel log/],
    ['v100-inforom', 'GPU-0000-86', /infoROM is corrupted at gpu 0000:86:00\.0$/, /^Reset the accelerator/],
  ])('%s: a fail of the hardware, in its words', async (machine, device, words, action) => {
    const { exitCode, cell, verdict } = await judge(machine);
    expect(exitCode).toBe(1);
    expect(cell(`gpu1/${device}`, 'accelerator-usable')).toMatchObject({
      verdict: 'fail',
      owner: 'hardware',
      reason: text(words),
      action: text(action),
    });
    const own = tell(verdict.defects).filter(
      ({ subject }) => subject?.kind === 'device' && subject.device === device,
    );
    expect(own[0]).toMatchObject({
      owner: 'hardware',
      verdict: 'fail',
      symptom: text(/is on the bus but not usable/),
    });
  });

  it('the seven beside a lost one are unknown, and so are all when each answers with an error', async () => {
    const { cell } = await judge('h100-device-handle');
    expect(cell('gpu1/0000:1b:00.0', 'accelerator-usable')).toMatchObject({
      verdict: 'missing',
      missing: 'no-driver',
      reason: text(/no driver answers for it \(Unable to determine the device handle for GPU0000:C3/),
    });
    const all = await judge('a100-all-unknown');
    expect(all.cell('gpu1/GPU-07', 'accelerator-usable')).toMatchObject({
      verdict: 'missing',
      missing: 'no-driver',
    });
  });

  it.each(['gb10-memory', 'mi300x-idle'])('%s is idle', async (machine) => {
    const { cell, verdict } = await judge(machine);
    expect(cell('gpu1', 'idle')).toMatchObject({ verdict: 'pass' });
    const idle = verdict.cells.filter(({ requirement }) => requirement === 'idle-accelerator');
    expect(idle.map((each) => each.verdict)).toEqual(idle.map(() => 'pass'));
    expect(idle).not.toHaveLength(0);
  });

  it('what an administrator has set is a matter of configuration: parts, persistence, clocks, power', async () => {
    const device = 'gpu1/GPU-00000000-0000-0000-0000-000000000000';
    const { cell } = await judge('h100-mig', 'ai-training-multinode');
    for (const [requirement, level, action] of [
      ['accelerator-whole', 'required', /-mig 0/],
      ['persistence', 'advisory', /nvidia-persistenced/],
      ['clocks', 'advisory', /-rac/],
      ['power', 'required', /back to its default/],
    ] as const)
      expect(cell(device, requirement)).toMatchObject({
        verdict: 'fail',
        owner: 'configuration',
        level,
        action: text(action),
      });
    expect(cell(device, 'accelerator-usable').verdict).toBe('pass');
  });

  it('a board UUID that two machines have takes nothing from either', async () => {
    const uuid = '5e1f6c2a-3b4d-4c5e-8f60-718293a4b5c6';
    const node = (id: string, digit: string) => ({
      id,
      probes: constructed({
        '/sys/class/dmi/id/product_uuid': uuid,
        '/proc/sys/kernel/random/boot_id': `${digit.repeat(8)}-1111-4111-8111-111111111111`,
        '/etc/machine-id': `${digit}0c1d2e3a4b5c6d7e8f90a1b2c3d4e5f`,
      }),
    });
    const run = join(temporaryDirectory(), 'run');
    await writeRunDirectory(run, { nodes: [node('rig1', '1'), node('rig2', '2')] });
    const { cell, verdict } = await judgeDirectory(run, 'ai-inference');
    expect(verdict.nodes.map(({ reached }) => reached)).toEqual([true, true]);
    for (const rig of ['rig1', 'rig2']) {
      expect(cell(rig, 'identity').verdict).toBe('pass');
      expect(cell(rig, 'identity-product')).toMatchObject({ verdict: 'pass', reason: text(/says too$/) });
    }
  });

  it('what is in no table is not known to be made for computing; a mining card and a card for a picture decide as such', async () => {
    const apus = await judge('amd-apu');
    expect(apus.cell('gpu1/0000:40:00.0', 'accelerator-identity')).toMatchObject({
      verdict: 'missing',
      reason: text(/1002:94a8 is not in the tables of accelerators$/),
    });
    expect(apus.verdict.assets[0]?.verdict).toBe('U');
    const rig = await judge('nvidia-display');
    expect(rig.verdict.cells.some(({ id }) => id.includes('0000:01:00.0'))).toBe(false);
    expect(rig.cell('gpu1/0000:02:00.0', 'accelerator-identity')).toMatchObject({ verdict: 'fail' });
  });
});
