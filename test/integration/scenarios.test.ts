import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Judged } from '../support/constructed/judge-directory.ts';
import { judgeDirectory } from '../support/constructed/judge-directory.ts';
import { recordedStep } from '../support/constructed/recorded-step.ts';
import { hgxBuses, hgxClaims, hgxServer } from '../support/constructed/six-evidence.ts';
import type { EvidenceNode } from '../support/constructed-run-directory.ts';
import { writeRunDirectory } from '../support/constructed-run-directory.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { h100, nvidiaSmi, pciTree } from '../unit/workloads/kit/facts/documents.ts';

// What else goes wrong on accelerator servers, from the raw texts of probes and tools through the command line: docs/scenarios.md has all.

const smi = 'nvidia-smi -q -x';
const text = (pattern: RegExp): string => expect.stringMatching(pattern) as string;

async function judge(...nodes: readonly Partial<EvidenceNode>[]): Promise<Judged> {
  const run = join(temporaryDirectory(), 'run');
  await writeRunDirectory(run, {
    profile: 'ai-training-singlenode',
    nodes: nodes.map((node, place) => ({ id: `gpu${place + 1}`, claims: hgxClaims, ...node })),
  });
  return judgeDirectory(run, 'ai-training-singlenode');
}

/** A server of eight whose driver says something else, of the first of them or of all. */
const saying = (change: (text: string) => string, buses: readonly string[] = hgxBuses) =>
  hgxServer(buses, {
    [smi]: change(
      nvidiaSmi(buses.map((bus) => ({ id: `00000000:${bus.toUpperCase()}:00.0` }))).replaceAll(
        '500.00 W',
        '700.00 W',
      ),
    ),
  });
const uuid = (bus: string): string => `GPU-00000000-0000-4000-8000-0000000000${bus.toUpperCase()}`;
const [first, second] = hgxBuses.map(uuid) as [string, string];

/** Requirements that a device fails. */
const failed = ({ verdict }: Judged, subject: string) =>
  verdict.cells
    .filter((cell) => cell.id.startsWith(`${subject}:`) && cell.verdict === 'fail')
    .map(({ requirement }) => requirement);

describe('a server of eight accelerators', () => {
  it.each([
    ['row-remap-pending', 'remapped_row_pending', /reset/i],
    ['row-remap', 'remapped_row_failure', /replace/i],
  ])('of which one has a remapping of rows that is pending or failed: %s alone', async (requirement, field, action) => {
    const judged = await judge({
      probes: saying((told) => told.replace(`<${field}>No`, `<${field}>Yes`)),
    });
    expect(failed(judged, `gpu1/${first}`)).toEqual([requirement]);
    expect(judged.cell(`gpu1/${first}`, requirement)).toMatchObject({
      owner: 'hardware',
      reason: text(/found yes/),
      action: text(action),
    });
    expect(failed(judged, `gpu1/${second}`)).toEqual([]);
  });

  it('whose fabric manager is off is one defect of the configuration', async () => {
    const withState = (state: string) => (told: string) =>
      told.replaceAll('<ecc_mode>', `<fabric>${state}</fabric><ecc_mode>`);
    const claims = { ...hgxClaims, 'accelerators.fabric': 'Completed, Success' };
    const off = await judge({
      claims,
      probes: saying(withState('<state>In Progress</state><status>N/A</status>')),
    });
    for (const bus of hgxBuses) {
      expect(failed(off, `gpu1/${uuid(bus)}`)).toEqual(['fabric']);
      expect(off.cell(`gpu1/${uuid(bus)}`, 'fabric')).toMatchObject({
        owner: 'configuration',
        action: text(/nvidia-fabricmanager/),
      });
    }
    expect(off.verdict.defects.filter(({ verdict }) => verdict === 'fail')).toHaveLength(1);
    const on = await judge({
      claims,
      probes: saying(withState('<state>Completed</state><status>Success</status>')),
    });
    expect(on.cell(`gpu1/${first}`, 'fabric').verdict).toBe('pass');
    // A100: its driver has nothing to say of a fabric, and that is what its class says.
    const older = await judge({
      claims: { ...hgxClaims, 'accelerators.fabric': 'not supported' },
      probes: saying(withState('<state>N/A</state><status>N/A</status>')),
    });
    expect(older.cell(`gpu1/${first}`, 'fabric').verdict).toBe('pass');
  });

  it('that shows none of them fails by their count, and is not taken for a machine without', async () => {
    const port = { ...h100, class: '0x020700', vendor: '0x15b3', device: '0x1021' };
    const judged = await judge({
      class: 'hgx-h100-8',
      probes: hgxServer([], { 'sysfs pci': pciTree({ '0000:18:00.0': port }) }),
    });
    expect(failed(judged, 'gpu1')).toEqual(['accelerator-present', 'accelerator-count']);
    expect(judged.cell('gpu1', 'accelerator-count')).toMatchObject({
      owner: 'hardware',
      reason: text(/found 0/),
    });
    expect(judged.exitCode).toBe(1);
    expect(judged.verdict.assets.map(({ verdict }) => verdict)).not.toContain('D');
  });

  it('of which dcgmi diag failed one with the severity MONITOR is failed, and nothing is sent back for it', async () => {
    const judged = await judge({
      claims: { ...hgxClaims, 'accelerators.length': 2 },
      probes: hgxServer(['18', '2a']),
      steps: [recordedStep('diagnostics', 'dcgmi-4.4.1-monitor')],
    });
    const cell = judged.cell(`gpu1/${uuid('2a')}`, 'dcgm-accelerators');
    expect(cell).toMatchObject({
      verdict: 'fail',
      reason: text(/THERMAL_VIOLATIONS/),
      action: text(/^No repair is asked for/),
    });
    expect(judged.cell(`gpu1/${uuid('18')}`, 'dcgm-accelerators').verdict).toBe('pass');
  });
});
