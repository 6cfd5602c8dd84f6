import { createHash } from 'node:crypto';
import { appendFileSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runAssay } from '../support/run-assay.ts';
import type { Surveyed } from '../support/stand-ins/survey-played.ts';
import { first, hash, mebibyte, pattern, second, surveyPlayed } from '../support/stand-ins/survey-played.ts';

// What is wrong with single cards of a machine, each told by its one right reason: driver and nvidia-smi play the same devices.

const at = (slot: number): string => `0000:0${slot}:00.0`;
const text = (pattern: RegExp): string => expect.stringMatching(pattern) as string;
const small = { ...pattern, params: { ...pattern.params, bytes: mebibyte } };
const two = [`gpu ${first}`, `gpu ${second}`];

/** Of these cells, what became of each and why. */
const told = (found: Surveyed, address: string, ...requirements: readonly string[]) =>
  requirements.map((requirement) => {
    const { verdict, reason } = found.cell(address, requirement) ?? {};
    return [requirement, verdict, reason];
  });

describe('accelerators of which some are sick', () => {
  it('fail one by one, each for its own reason, and the others are measured', async () => {
    const slots = [1, 2, 3, 4, 5, 6, 7, 8];
    const faults: Readonly<Record<number, readonly string[]>> = {
      2: ['absent'],
      3: ['recovery Drain P2P And Something New'],
      4: ['sick'],
      5: ['mig'],
      6: ['process 4242 train.py 20480'],
      7: ['swap 1 GPU-another'],
    };
    const found = await surveyPlayed(
      slots.flatMap((slot) => [`gpu ${at(slot)}`, ...(faults[slot] ?? [])]),
      {
        hasDriver: true,
        bus: Object.fromEntries(slots.map((slot) => [at(slot), {}])),
        entries: [{ ...hash, params: { ...hash.params, seconds: 2 } }, small],
      },
    );
    for (const slot of [1, 8])
      expect(told(found, at(slot), 'accelerator-usable', 'memtest')).toEqual([
        ['accelerator-usable', 'pass', expect.anything()],
        ['memtest', 'pass', expect.anything()],
      ]);
    // On the bus, and its driver, which answers for others like it, does not list it.
    expect(told(found, at(2), 'accelerator-usable', 'memtest')).toEqual([
      ['accelerator-usable', 'fail', text(/nvidia-smi does not list 0000:02:00\.0, which is on the PCI bus/)],
      ['memtest', 'missing', text(/does not list 0000:02:00\.0/)],
    ]);
    expect(told(found, at(3), 'accelerator-usable')).toEqual([
      ['accelerator-usable', 'fail', text(/gpu_recovery_action: Drain P2P And Something New/)],
    ]);
    expect(told(found, at(4), 'accelerator-usable')).toEqual([
      ['accelerator-usable', 'fail', text(/product_name: Unknown Error/)],
    ]);
    expect(told(found, at(5), 'accelerator-usable', 'accelerator-whole')).toEqual([
      ['accelerator-usable', 'pass', expect.anything()],
      ['accelerator-whole', 'fail', expect.anything()],
    ]);
    expect(told(found, at(6), 'idle-accelerator')).toEqual([
      ['idle-accelerator', 'fail', text(/runs the process 4242 train\.py/)],
    ]);
    expect(told(found, at(7), 'accelerator-usable', 'memtest')).toEqual([
      ['accelerator-usable', 'pass', expect.anything()],
      ['memtest', 'invalid', text(/it is another card now: expected GPU-0000:07:00\.0, found GPU-another/)],
    ]);
    expect(found.asset).not.toBe('D');
  }, 120_000);

  it('that are too hot under load are stopped with both temperatures, and the others go on', async () => {
    const found = await surveyPlayed([...two, 'heat 40 91 95'], {
      hasDriver: true,
      entries: [{ ...pattern, params: { ...pattern.params, seconds: 3 } }],
    });
    expect(told(found, first, 'memtest')).toEqual([['memtest', 'pass', expect.anything()]]);
    expect(told(found, second, 'memtest')).toEqual([
      [
        'memtest',
        'invalid',
        text(/stopped at 91 °C: nothing is loaded within 5 °C of the limit of its driver, 95 °C/),
      ],
    ]);
  }, 60_000);

  it('of which the kernel says that one fell off the bus fail by that, and the others go on', async () => {
    const found = await surveyPlayed(two, {
      hasDriver: true,
      entries: [{ ...pattern, params: { ...pattern.params, seconds: 4 } }],
      meanwhile: async (running, { kernelLog, state }) => {
        const isOver = running.finished.then(({ stderr }) => Promise.reject(new Error(stderr)));
        const isLoaded = expect.poll(() => state.launchesOf(1), { timeout: 40_000 }).toBeGreaterThan(4);
        await Promise.race([isLoaded, isOver]);
        isOver.catch(() => undefined);
        appendFileSync(
          kernelLog,
          `4,99,1,-;NVRM: Xid (PCI:${second.slice(0, -2)}): 79, pid=7, GPU has fallen off the bus.\n`,
        );
      },
    });
    expect(told(found, first, 'memtest')).toEqual([['memtest', 'pass', expect.anything()]]);
    expect(told(found, second, 'memtest')).toEqual([
      ['memtest', 'fail', text(/the kernel says: .*Xid \(PCI:0000:02:00\): 79/)],
    ]);
  }, 60_000);

  it('that count new memory errors fail by the counter that a reboot keeps, whatever the other one says', async () => {
    const counted = {
      id: 'accelerator-errors',
      workload: 'accelerator-health',
      params: {},
      repetitions: 2,
      budgetSeconds: 60,
    };
    const faults = [['aggregate 3'], ['errors 3'], []];
    const found = await surveyPlayed(
      faults.flatMap((lines, index) => [`gpu ${at(index + 1)}`, ...lines]),
      {
        hasDriver: true,
        bus: Object.fromEntries(faults.map((_, index) => [at(index + 1), {}])),
        entries: [counted, small],
      },
    );
    const growth = [1, 2, 3].map((slot) => told(found, at(slot), 'new-errors', 'memtest'));
    const passes = ['memtest', 'pass', expect.anything()];
    expect(growth).toEqual([
      [['new-errors', 'fail', text(/1/)], passes],
      [['new-errors', 'fail', text(/1/)], passes],
      [['new-errors', 'pass', expect.anything()], passes],
    ]);

    // What their vendor asks for, of these two alone.
    const cwd = dirname(found.run);
    const { stdout, exitCode } = await runAssay(['rma', found.run, '--profile', 'ai-inference'], { cwd });
    expect(exitCode).toBe(0);
    const folders = stdout.trim().split('\n');
    expect(folders).toEqual([1, 2].map((slot) => `run.report/rma/local-GPU-0000-0${slot}-00.0-new-errors`));
    const read = (path: string): string => readFileSync(join(cwd, folders[0] ?? '', path), 'utf8');
    const claim = read('claim.md');
    expect(claim).toContain('A rehearsal: this says nothing about any machine.');
    expect(claim).toMatch(/^- UUID: GPU-0000:01:00\.0$/m);
    expect(claim).toMatch(/^- local\/GPU-0000:01:00\.0:new-errors: /m);
    expect(claim).toContain('accelerator-health.uncorrectedErrors = 1');
    expect(claim).toContain('nvidia-bug-report.sh --safe-mode');
    const sums = read('SHA256SUMS').trimEnd().split('\n');
    expect(
      sums.some((line) => /  evidence\/\S+\.stdout$/.test(line)),
      sums.join(),
    ).toBe(true);
    for (const line of sums) {
      const [digest, path = ''] = line.split('  ');
      expect(createHash('sha256').update(read(path)).digest('hex')).toBe(digest);
    }
  }, 60_000);

  it('that no driver answers for are missing, with what to do, and no reason to resell the machine', async () => {
    const found = await surveyPlayed([...two, 'no-driver'], { hasDriver: true, entries: [small] });
    for (const address of [first, second])
      expect(found.cell(address, 'accelerator-usable')).toMatchObject({
        verdict: 'missing',
        reason: text(/NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver/),
        action: text(/^Install the driver of/),
      });
    expect(found.asset).toBe('U');
  }, 60_000);

  it('whose power limit somebody has lowered alike are one defect of the configuration', async () => {
    const limited = two.flatMap((line) => [line, 'power 500 700']);
    const found = await surveyPlayed(limited, { hasDriver: true, entries: [small] });
    const rows = found.defects.filter(({ cells }) => cells.some((id) => id.endsWith(':power')));
    expect(rows).toMatchObject([{ owner: 'configuration', verdict: 'fail' }]);
    expect(rows[0]?.cells).toEqual([first, second].map((address) => `local/GPU-${address}:power`));
  }, 60_000);
});
