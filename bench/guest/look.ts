import { spawnSync } from 'node:child_process';
import { runProbes } from '../../agents/probe/run-probes.ts';
import { smartctl } from '../../workloads/drive-health/tools/smartctl.ts';
import { readHostFacts } from '../../workloads/kit/facts/read-host-facts.ts';

// Runs in a guest: its probes, and what its drives say of their health by the tool that steps use.

const path = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const document = await runProbes({
  scratchPath: '/',
  watchMs: 0,
  path,
  programs: ['smartctl'],
  headers: [],
  libraries: [],
  places: [],
});
const facts = readHostFacts(document);
const params = {};
const needs = smartctl.needs(params, facts);
const outputs = Object.fromEntries(
  (needs.ok ? smartctl.plan(params, facts) : []).map(({ id, file, args, timeoutMs }) => {
    const began = performance.now();
    const { stdout, stderr, status } = spawnSync(file, args, {
      env: { PATH: path, LC_ALL: 'C' },
      encoding: 'utf8',
      timeout: timeoutMs,
    });
    const durationMs = performance.now() - began;
    return [id, { stdout, stderr, exitCode: status ?? undefined, artifacts: {}, durationMs }];
  }),
);
const health = needs.ok ? smartctl.parse(outputs, params) : needs;
process.stdout.write(JSON.stringify({ document, facts, health, outputs }));
