import { existsSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { markName } from '../../../agents/exec/sweep.ts';
import { runPaths } from '../../../harness/store/run-directory.ts';
import { waitUntil } from '../../rig/wait-until.ts';
import { modes } from '../../support/hostile/modes.ts';
import type { Lies } from '../../support/lying-node.ts';
import { startLyingNode } from '../../support/lying-node.ts';
import type { Finished } from '../../support/run-assay.ts';
import { runAssay } from '../../support/run-assay.ts';
import { putGatedOpenssl } from './node-state.ts';
import type { Found, Scenario, Scene } from './scene.ts';
import { expectMeasured, found, patientHash, product, verify } from './scene.ts';

/** Nodes, users and directories that lie. */
export const hostileFaults: Readonly<Record<string, Scenario>> = {
  'another user of the node poses as its keeper': {
    nodes: 2,
    provoke: async (scene) => {
      const [node, ...others] = scene.nodes;
      const squatting = async <T>(act: () => Promise<T>): Promise<T> => {
        const squatter = node.exec(['perl', '-e', squat]);
        const isThere = async (): Promise<boolean> =>
          (await node.exec(['cat', '/proc/net/unix'])).stdout.includes('@assay-');
        await waitUntil('the name is taken', isThere, 30_000);
        const answer = await act();
        await node.exec(['pkill', '-x', 'perl']);
        await squatter;
        return answer;
      };
      const expectHeld = ({ stderr }: Finished): void =>
        expect(stderr.replaceAll(/\s+/g, ' ')).toMatch(/LEASE_HELD .*uid 65534/);
      const ended = await squatting(() => scene.certify().finished);
      expectHeld(ended);
      expectMeasured(scene, others);
      const rack = [{ name: node.name }];
      const gate = putGatedOpenssl(node);
      const running = scene.certify({ entries: [patientHash()], rack, out: `${scene.directory}/during` });
      await gate.begun();
      expect((await node.exec(['perl', '-e', squat])).exitCode).not.toBe(0); // the keeper holds the name
      expect((await node.exec(['perl', '-e', knock])).stdout).toBe('Permission denied');
      gate.open();
      expect((await running.finished).stderr).not.toContain('✖');
      expectHeld(await squatting(() => scene.certify({ rack, out: `${scene.directory}/after` }).finished));
      expect((await node.exec(['sh', '-c', 'cat /tmp/heard-* | wc -c'])).stdout.trim()).toBe('0');
      return found(scene, ended);
    },
  },

  'node refuses in our name': {
    nodes: 1,
    provoke: (scene) =>
      besideLiar(scene, {
        batch: ({ send }) =>
          send({ type: 'refusal', error: { code: 'SAME_MACHINE', message: 'you have me already' } }),
      }),
  },

  'node says that it is another one': {
    nodes: 1,
    provoke: (scene) =>
      besideLiar(scene, {
        hello: ({ send, hello }) =>
          send({
            type: 'refusal',
            error: { code: 'LEASE_HELD', message: `this is ${scene.nodes[0].name}` },
            beacons: ['0'.repeat(32), hello.beacon],
          }),
      }),
  },

  'node names files outside of its run': {
    nodes: 1,
    provoke: async (scene) => {
      const answer = await besideLiar(scene, {
        batch: ({ record }, { batch, plan }) => {
          record({ type: 'plan', digest: plan });
          record({ type: 'batch-started', batch, steps: [] });
          const result = '0'.repeat(64);
          record({ type: 'step-ended', step: '../../../../evil', execution: 'completed', result });
        },
      });
      expect(existsSync(join(scene.directory, 'evil'))).toBe(false);
      return answer;
    },
  },

  'node sends what nobody asked for': asIn('another repetition'),
  'node floods': asIn('outputs of gigabytes'),
  'node is silent': asIn('silent to its batch'),
  'node breaks off again and again': asIn('cut at every batch'),

  'link in the directory of the run': {
    nodes: 1,
    provoke: async (scene) => {
      const [{ name }] = scene.nodes;
      const gate = putGatedOpenssl(scene.nodes[0]);
      const running = scene.certify({ entries: [patientHash(), product, verify] });
      await gate.begun();
      running.signal('SIGKILL');
      await running.finished;
      const victim = join(scene.directory, 'victim');
      writeFileSync(victim, 'precious');
      const [pack, kept] = [join(scene.run, runPaths.pack(name)), join(scene.directory, 'kept')];
      renameSync(pack, kept);
      symlinkSync(victim, pack);
      gate.open();
      const refused = await scene.start('resume', scene.run).finished;
      expect(refused.stderr).toContain('EVIDENCE_DAMAGED');
      expect(readFileSync(victim, 'utf8')).toBe('precious');
      rmSync(pack);
      renameSync(kept, pack);
      return found(scene, [refused, await scene.start('resume', scene.run).finished]);
    },
  },

  'run directory from somebody else': {
    nodes: 1,
    provoke: async (scene) => {
      const gate = putGatedOpenssl(scene.nodes[0]);
      const running = scene.certify({ entries: [patientHash(), product, verify] });
      await gate.begun();
      running.signal('SIGKILL');
      await running.finished;
      gate.open();
      const resume = (...more: readonly string[]): Promise<Finished> =>
        runAssay(['resume', scene.run, ...more], {
          cwd: scene.directory,
          env: { XDG_STATE_HOME: join(scene.directory, 'reader') },
        });
      const refused = await resume();
      expect(refused.stderr).toContain('✖ RUN_RECEIVED');
      return found(scene, [refused, await resume('--inventory', 'rack.yaml')]);
    },
  },

  'another user marks his processes as ours': {
    nodes: 1,
    provoke: async (scene) => {
      const [node] = scene.nodes;
      const gate = putGatedOpenssl(node);
      const running = scene.certify({ entries: [patientHash(), product, verify] });
      await gate.begun();
      const { id } = JSON.parse(readFileSync(join(scene.run, runPaths.header), 'utf8')) as { id: string };
      const as = 'setpriv --reuid 65534 --regid 65534 --clear-groups';
      const script = `setsid ${as} env ${markName}=${id}/x sleep 600 > /dev/null 2>&1 & echo $!`;
      const pid = (await node.exec(['sh', '-c', script])).stdout.trim();
      gate.open();
      const ended = await running.finished;
      expect((await node.exec(['kill', '-KILL', pid])).exitCode).toBe(0); // it was there
      return found(scene, ended);
    },
  },
};

/** Holds the keeper's name as the user nobody, says that it is the keeper, and writes down what it is told. */
const squat = `use Socket; use POSIX; use Digest::SHA qw(hmac_sha256_hex);
open B, "/proc/sys/kernel/random/boot_id"; chomp(my $b = <B>); my $log = "/tmp/heard-$$";
POSIX::setgid(65534); POSIX::setuid(65534);
open L, ">", $log; L->autoflush(1); socket(S, PF_UNIX, SOCK_STREAM, 0); bind(S, pack_sockaddr_un("\\0assay-$b")) or die $!;
listen(S, 9); alarm 120;
while (accept(C, S)) { C->autoflush(1); while (<C>) { print L $_; my ($c) = /"challenge":"([0-9a-f]+)"/;
print C '{"proof":"' . hmac_sha256_hex("keeper:$c", "") . '","challenge":"' . "0" x 64 . "\\"}\\n"; } }`;

/** Goes to the keeper's own door as the user nobody. */
const knock = `use Socket; use POSIX; my ($door) = glob "/var/tmp/assay-0/runs/*/*/door"; die "no door" if !$door;
POSIX::setgid(65534); POSIX::setuid(65534); socket(S, PF_UNIX, SOCK_STREAM, 0);
print connect(S, pack_sockaddr_un($door)) ? "connected" : $!;`;

/** What becomes of a node with one of the modes that hostile-nodes.test.ts tries, with deadlines of six seconds. */
function asIn(name: string): Scenario {
  const mode = modes[name];
  if (mode === undefined) throw new RangeError(`no mode ${name}`);
  return { nodes: 1, provoke: (scene) => besideLiar(scene, mode.lies, 1 / 10) };
}

/** A certify of the honest node and of one that tells these lies: what becomes of the latter. */
async function besideLiar(scene: Scene, lies: Lies, patience = 1): Promise<Found> {
  const liar = await startLyingNode(lies);
  try {
    const host = `127.0.0.1:${liar.port}`;
    const running = scene.certify({
      rack: [...scene.nodes.map(({ name }) => ({ name })), { name: 'liar', host: `root@${host}` }],
      knownHosts: (lines) => `${lines}[127.0.0.1]:${liar.port} ${liar.hostKey}\n`,
      anyHost: true,
      patience,
    });
    const ended = await running.finished;
    expect(ended.stderr).toContain('✖ liar: ');
    expectMeasured(scene);
    return found(scene, ended, { node: 'liar', workload: 'sha256' });
  } finally {
    await liar.stop();
  }
}
