import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { PoolOptions, PoolRunnerInitializer } from 'vitest/node';
import { ForksPoolWorker } from 'vitest/node';

// A machine is measured by one run at a time, and here all runs share this machine. So each file of tests gets network, process and
// mount namespaces of its own: leases, ports and processes of one are not there for another, several run at once, and
// what one leaves behind ends with it. Where namespaces are not to be had, files run one after the other.

const inOwnMachine = fileURLToPath(new URL('own-machine.sh', import.meta.url));

/** How many files may run at once. */
export const machines = spawnSync(inOwnMachine, ['-e', '0'], { stdio: 'ignore' }).status === 0 ? 2 : 1;

class OwnMachine extends ForksPoolWorker {
  override async start(): Promise<void> {
    const node = process.execPath;
    // What `fork` starts where it is told no program; vitest tells it none.
    process.execPath = inOwnMachine;
    this.env['ASSAY_NODE'] = node;
    try {
      await super.start();
    } finally {
      process.execPath = node;
    }
  }
}

export const ownMachine: PoolRunnerInitializer = {
  name: 'forks',
  createPoolWorker: (options: PoolOptions) => new OwnMachine(options),
};
