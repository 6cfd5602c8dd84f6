import { expect } from 'vitest';
import { readProcFile } from '../../rig/marked-processes.ts';
import { tell } from '../../support/tell.ts';
import { agentProcesses, printSpeed, putOpenssl, putTool } from './node-state.ts';
import type { Scenario, Scene } from './scene.ts';
import { found, hash, product, verify } from './scene.ts';

/** What a tool on a node can do. */
export const toolFaults: Readonly<Record<string, Scenario>> = {
  'tool hangs': {
    nodes: 1,
    provoke: (scene) => {
      putOpenssl(scene.nodes[0], "trap '' TERM; while :; do sleep 1; done");
      return measure(scene, { budgetSeconds: 3 });
    },
  },

  'tool floods 10 GB': {
    nodes: 1,
    provoke: async (scene) => {
      const [node] = scene.nodes;
      putOpenssl(node, 'exec head -c 10G /dev/zero');
      const running = scene.certify();
      await running.says('[2/3]');
      const [keeper] = agentProcesses(node, 'keeper');
      const peak = /^VmHWM:\s+(\d+) kB$/m.exec(readProcFile(`${keeper?.machinePid}/status`))?.[1];
      expect(Number(peak) / 1024).toBeLessThan(400); // MiB
      const ended = await running.finished;
      const step = scene.verdict().attempts.find(({ workload }) => workload === 'sha256');
      expect(tell(step)?.reason).toContain('wrote more than 16777216 bytes to stdout');
      // Ten gigabytes would take longer, and its budget is 150 s.
      expect(step?.durationMs).toBeLessThan(60_000);
      return found(scene, ended, { workload: 'sha256' });
    },
  },

  'tool leaves children behind (double fork)': {
    nodes: 1,
    provoke: async (scene) => {
      putOpenssl(scene.nodes[0], `(setsid sleep 600 &) ; ${printSpeed}`);
      return found(scene, await scene.certify().finished);
    },
  },

  'tool prints control sequences': {
    nodes: 1,
    provoke: (scene) => {
      const steer = `printf '\\033]0;owned\\007\\033[2J+F:25:sha256:\\033[31m1\\n'`;
      putOpenssl(scene.nodes[0], `${steer}; ${steer} >&2`);
      return measure(scene);
    },
  },

  'tool prints `__proto__`': {
    nodes: 1,
    provoke: async (scene) => {
      const text = '{"__proto__": {"jobs": [], "polluted": true}, "fio version": "fio-3.33"}';
      putTool(
        scene.nodes[0],
        'fio',
        `[ "$1" = --version ] && exec /usr/bin/fio --version
echo '${text}'`,
      );
      return found(scene, await scene.certify().finished, { workload: 'nvme' });
    },
  },
};

/** Measures with an openssl that was put there, and proves that nothing of what it printed steers a terminal. */
async function measure(scene: Scene, changes: object = {}): ReturnType<Scenario['provoke']> {
  const ended = await scene.certify({ entries: [hash(changes), product, verify] }).finished;
  // Line feeds are ours; all else below a blank, delete and the C1 controls belong to terminals.
  expect(`${ended.stdout}${ended.stderr}`).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
  return found(scene, ended, { workload: 'sha256' });
}
