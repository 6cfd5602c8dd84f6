import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { CommandOutput } from '../../../../workloads/kit/tool.ts';
import { headerHash } from '../../../../workloads/sha256/tools/header-hash.ts';
import { openssl } from '../../../../workloads/sha256/tools/openssl.ts';
import { fillFacts } from '../../../support/case.ts';
import { temporaryDirectory } from '../../../support/temporary.ts';

const root = fileURLToPath(new URL('../../../..', import.meta.url));

/** Tools may be missing on a laptop, never in CI. */
function has(program: string): boolean {
  const found = spawnSync(program, [program === 'gcc' ? '--version' : 'version']).status === 0;
  if (!found && process.env['CI'] === 'true') throw new Error(`expected ${program} in CI`);
  if (!found) console.warn(`skipped: ${program} is not installed`);
  return found;
}

/** Runs a planned step as the agent does, in a clean environment. */
function step(commands: ReturnType<typeof openssl.plan>): Record<string, CommandOutput> {
  const build = temporaryDirectory();
  const fill = (text: string) => text.replaceAll('{build}', build).replaceAll('{bundle}', root);
  return Object.fromEntries(
    commands.map(({ id, file, args, stdin = '' }) => {
      const env = { PATH: process.env['PATH'] ?? '' };
      const { stdout, stderr, status } = spawnSync(fill(file), args.map(fill), {
        env,
        input: stdin,
        encoding: 'utf8',
      });
      return [id, { stdout, stderr, exitCode: status ?? undefined, artifacts: {}, durationMs: 0 }];
    }),
  );
}

describe('sha256 with real tools', () => {
  it.skipIf(!has('gcc')).each(['single', 'double'] as const)('hashes headers right: %s', (algorithm) => {
    const params = { mode: 'header', algorithm, cores: 'all', seconds: 1 } as const;
    const parsed = headerHash.parse(
      step(headerHash.plan(params, fillFacts({ 'limits.allowedCpus': 2 }))),
      params,
    );
    expect(parsed).toMatchObject({ ok: true });
    if (!parsed.ok) return;
    expect(parsed.value.readings[0]?.value).toBeGreaterThan(0);
    expect(parsed.value.readings[1]).toMatchObject({
      metric: 'wrongDigests',
      value: 0,
      dimensions: { checked: 5, threads: 2 },
    });
  });

  it.skipIf(!has('openssl')).each(['one', 'all'] as const)(
    'reads what the installed openssl prints: %s',
    (cores) => {
      const params = { mode: 'bulk', blockBytes: 16384, cores, seconds: 1 } as const;
      const parsed = openssl.parse(
        step(openssl.plan(params, fillFacts({ 'limits.allowedCpus': 2 }))),
        params,
      );
      expect(parsed).toMatchObject({ ok: true });
      if (!parsed.ok) return;
      expect(parsed.value.readings[0]?.value).toBeGreaterThan(0);
      expect(parsed.value.readings[1]).toMatchObject({ metric: 'wrongDigests', value: 0 });
    },
  );
});
