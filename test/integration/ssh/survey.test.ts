import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { findMarked } from '../../../agents/exec/sweep.ts';
import { Verdict } from '../../../reports/verdict/verdict.ts';
import { nodeOf } from '../../../workloads/kit/subject.ts';
import type { Finished } from '../../support/run-assay.ts';
import { runAssay, writeSuite } from '../../support/run-assay.ts';
import type { Sshd } from '../../support/sshd.ts';
import { createClientHome, hasSshd, startSshd } from '../../support/sshd.ts';
import { temporaryDirectory } from '../../support/temporary.ts';

let cwd: string;
let run: string;
let server: Sshd;

beforeEach(async () => {
  if (!hasSshd) return;
  cwd = temporaryDirectory();
  run = join(cwd, 'run');
  server = await startSshd();
  onTestFinished(() => server.stop());
  writeSuite(cwd, [
    {
      id: 'hash',
      workload: 'sha256',
      tool: 'openssl',
      params: { mode: 'bulk', blockBytes: 16384, cores: 'one', seconds: 1 },
      repetitions: 2,
      budgetSeconds: 20,
    },
  ]);
});

/** Surveys these names with an ssh_config of its own: `node7` is the sshd of this test, `nowhere` has no server. */
function survey(knownHosts: readonly string[], ...targets: readonly string[]): Promise<Finished> {
  const home = temporaryDirectory();
  createClientHome(home, {
    knownHosts,
    config: [
      `Host node7\n HostName 127.0.0.1\n Port ${server.port}\n User ${server.user}\n IdentityFile ${server.identity}`,
      `Host nowhere\n HostName 127.0.0.1\n Port 1\n IdentityFile ${server.identity}`,
    ],
  });
  const args = ['survey', ...targets, '--suite', join(cwd, 'suite.yaml'), '--out', run];
  return runAssay(args, { cwd, env: { HOME: home, SSH_AUTH_SOCK: '' } });
}

const verdict = (): Verdict =>
  Verdict.parse(JSON.parse(readFileSync(join(`${run}.report`, 'verdicts/survey.json'), 'utf8')));

describe.skipIf(!hasSshd)('survey over SSH', () => {
  it('measures a machine by its name in ssh_config and leaves nothing running on it', async () => {
    const { exitCode, stderr } = await survey([`[127.0.0.1]:${server.port} ${server.hostKey()}`], 'node7');
    expect(stderr).not.toContain('✖');
    expect(exitCode).toBe(2); // the suite measures less than a survey asks for
    const { attempts, measurements, run: header } = verdict();
    expect(attempts.map(({ node, execution }) => [node, execution])).toEqual([
      ['node7', 'completed'],
      ['node7', 'completed'],
    ]);
    expect(measurements.find(({ metric }) => metric === 'sha256.bulkThroughput')).toMatchObject({
      subject: { kind: 'node', node: 'node7' },
      n: 2,
    });
    expect(await findMarked(header.id)).toEqual([]);
  });

  it('refuses a machine whose key nobody knows, with the command that makes it known, and leaves no run', async () => {
    const { exitCode, stderr } = await survey([], 'node7');
    expect(stderr).toMatch(/HOST_KEY_UNKNOWN .*SHA256:/);
    expect(stderr).toContain('ssh-keyscan');
    expect(exitCode).toBe(3);
  });

  it('goes on when one of two machines cannot be reached, and says so in the verdict', async () => {
    const { exitCode, stderr } = await survey(
      [`[127.0.0.1]:${server.port} ${server.hostKey()}`],
      'node7',
      'nowhere',
    );
    expect(stderr).toContain('✖ nowhere: HOST_UNREACHABLE');
    expect(exitCode).toBe(2); // the suite measures less than a survey asks for
    const { nodes, assets, conclusion, cells } = verdict();
    expect(nodes.map(({ id, reached }) => [id, reached])).toEqual([
      ['node7', true],
      ['nowhere', false],
    ]);
    expect(assets.find(({ node }) => node === 'nowhere')?.verdict).toBe('U');
    expect(conclusion).toBe('undecided');
    expect(
      cells
        .filter(({ subject, level }) => nodeOf(subject) === 'nowhere' && level === 'required')
        .every((cell) => cell.verdict === 'missing'),
    ).toBe(true);
  });

  it('installs nothing elsewhere', async () => {
    const { exitCode, stderr } = await survey([], 'node7', '--install-tools');
    expect(exitCode).toBe(64);
    expect(stderr).toContain('expected --install-tools with the target `local` alone');
  });
});
