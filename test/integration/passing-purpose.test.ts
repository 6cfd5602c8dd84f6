import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Verdict } from '../../reports/verdict/verdict.ts';
import { findObstacle } from '../rig/check-machine.ts';
import type { Rig } from '../rig/rig.ts';
import { createRig } from '../rig/rig.ts';
import { checkOutPlayed } from '../support/passing/checkout.ts';
import { inventoryOf, manifestOf, playHealthy, sshdConfig } from '../support/passing/node.ts';
import { requirementIds } from '../support/passing/purpose.ts';
import { entries } from '../support/passing/suite.ts';
import { runAssay, startAssay, writeSuite } from '../support/run-assay.ts';
import { canBuildStandIn } from '../support/stand-ins/build-stand-in.ts';
import { tell } from '../support/tell.ts';
import { removeFolder } from '../support/temporary.ts';

const obstacle = findObstacle();
if (obstacle !== undefined && process.env['CI'] === 'true') throw obstacle;

// That a machine can pass: with the requirements of a shipped purpose, each of them, from SSH to the report. What plays the
// accelerators is healthy, computes small products, and is soaked for half a minute.

const purpose = 'ai-training-played';
const read = (path: string): string => readFileSync(fileURLToPath(new URL(path, import.meta.url)), 'utf8');

describe.skipIf(obstacle !== undefined || !canBuildStandIn)('a healthy node of eight accelerators', () => {
  let parent: string;
  let rig: Rig;

  beforeAll(async () => {
    parent = mkdtempSync(join(tmpdir(), 'assay-passing-'));
    rig = await createRig({ directory: join(parent, 'rig'), nodes: 1, sshdConfig });
  }, 60_000);
  afterAll(async () => {
    await rig.remove();
    removeFolder(parent);
  });

  it('passes a purpose with the requirements of ai-training-singlenode', async () => {
    const node = rig.node('node1');
    await playHealthy(node);
    const { bin, profile } = checkOutPlayed(join(parent, 'checkout'), purpose);
    const shipped = requirementIds(read('../../harness/profiles/ai-training-singlenode.yaml'));
    expect(requirementIds(profile)).toEqual(shipped);

    const inventory = join(parent, 'rack.yaml');
    writeFileSync(join(parent, 'manifest.csv'), manifestOf(['node1']));
    writeFileSync(inventory, await inventoryOf(rig, parent));
    const run = join(parent, 'run');
    const suite = writeSuite(parent, entries, { watchSeconds: 1 });
    const args = ['certify', inventory, '--profile', purpose, '--suite', suite, '--soak', '30s'];
    const first = await runAssay([...args, '--out', run, '--rehearsal', '--exclusive-confirmed'], {
      cwd: parent,
      bin,
    });
    expect(first.stderr).not.toContain('✖');
    // The boot is still to come.
    expect(first.exitCode).toBe(2);
    const again = startAssay(['certify', '--session', 'after-boot', run, '--exclusive-confirmed'], {
      cwd: parent,
      bin,
    });
    await again.says('node1: waiting for it to be rebooted');
    await node.reboot();
    const { exitCode, stdout } = await again.finished;

    const path = join(`${run}.report`, `verdicts/${purpose}.json`);
    const verdict = Verdict.parse(JSON.parse(readFileSync(path, 'utf8')));
    const unmet = tell(verdict.cells).filter((cell) => cell.level === 'required' && cell.verdict !== 'pass');
    expect(unmet.map(({ id, verdict: how, reason }) => [id, how, reason])).toEqual([]);
    expect(new Set(verdict.cells.map(({ requirement }) => requirement))).toEqual(new Set(shipped));
    expect(verdict.cells.filter(({ requirement }) => requirement === 'gemm-bf16')).toHaveLength(8);
    expect(stdout).toContain('REHEARSAL – CONFORMS');
    // A rehearsal never says yes.
    expect(exitCode).toBe(2);
  }, 240_000);
});
