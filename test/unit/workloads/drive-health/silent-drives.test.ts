import { describe, expect, it } from 'vitest';
import { nvmeCli } from '../../../../workloads/drive-health/tools/nvme-cli.ts';
import { smartctl } from '../../../../workloads/drive-health/tools/smartctl.ts';
import type { CommandOutput, StepOutputs } from '../../../../workloads/kit/tool.ts';
import { fillFacts, loadCase } from '../../../support/case.ts';
import { nvmeDrive } from '../../../support/constructed/facts.ts';

const { outputs: answer } = loadCase('drive-health', 'smartctl-7.3-qemu-nvme');
const { outputs: gone } = loadCase('drive-health', 'smartctl-7.3-gone');
const { outputs: read } = loadCase('drive-health', 'nvme-cli-2.3-qemu');
const { outputs: absent } = loadCase('drive-health', 'nvme-cli-2.3-gone');
const nothing: CommandOutput = { stdout: '', stderr: '', exitCode: 1, artifacts: {}, durationMs: 1 };
const hung: CommandOutput = { ...nothing, exitCode: undefined, durationMs: 60_004 };

const parse = (tool: typeof smartctl, outputs: StepOutputs) => {
  const parsed = tool.parse(outputs, {});
  if (!parsed.ok) throw new Error(parsed.error);
  const { readings, unmeasured } = parsed.value;
  return { drives: [...new Set(readings.map(({ device }) => device))], unmeasured };
};

describe('a drive that does not answer hides no other', () => {
  it.each([
    ['is gone', gone['drive-nvme0n1'], 'Smartctl open device: /dev/nvme0n1 failed: No such device'],
    ['hangs', hung, 'command `drive-nvme1n1`: expected an answer, got none in 60 s'],
    ['answers for another one', answer['drive-nvme0n1'], 'got that of `/dev/nvme0n1`'],
  ])('to smartctl: one that %s', (_, other, why) => {
    const asked = { 'drive-nvme1n1': other ?? nothing, 'drive-nvme0n1': answer['drive-nvme0n1'] ?? nothing };
    expect(parse(smartctl, asked)).toEqual({
      drives: ['QNVME0001'],
      unmeasured: [{ device: 'nvme1n1', why: expect.stringContaining(why) as unknown }],
    });
  });

  it.each([
    ['is gone', absent['id-ctrl-nvme0n1'], 'No such file or directory'],
    ['hangs', hung, 'command `id-ctrl-nvme1n1`: expected exit code 0, got no exit code'],
    ['says nothing', { ...nothing, exitCode: 0 }, 'id-ctrl of nvme1n1: expected'],
  ])('to nvme-cli: one that %s', (_, other, why) => {
    const asked = {
      ...read,
      'id-ctrl-nvme1n1': other ?? nothing,
      'smart-log-nvme1n1': { ...nothing, exitCode: 0 },
    };
    expect(parse(nvmeCli, asked)).toEqual({
      drives: ['QNVME0001'],
      unmeasured: [{ device: 'nvme1n1', why: expect.stringContaining(why) as unknown }],
    });
  });

  it('to either tool, since no exit code ends the step', () => {
    const facts = fillFacts({ drives: [nvmeDrive()] });
    for (const tool of [smartctl, nvmeCli]) {
      const asking = tool.plan({}, facts).filter(({ privilege }) => privilege === 'sudo');
      expect(asking).not.toEqual([]);
      for (const command of asking) expect(command.goodExit).toBe('any');
    }
  });

  it('is the error of the step where no other was asked', () => {
    expect(smartctl.parse(gone, {})).toMatchObject({ ok: false });
    expect(nvmeCli.parse(absent, {})).toMatchObject({ ok: false });
  });
});
