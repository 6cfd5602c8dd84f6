import { spawnSync } from 'node:child_process';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PoolOptions, PoolRunnerInitializer } from 'vitest/node';
import { ForksPoolWorker } from 'vitest/node';

// A machine is measured by one run at a time, and here all runs share this machine. So each file of tests gets network, process and
// mount namespaces of its own: leases, ports and processes of one are not there for another, several run at once, and
// what one leaves behind ends with it. Where namespaces are not to be had, files run one after the other.

const inOwnMachine = fileURLToPath(new URL('own-machine.sh', import.meta.url));

/** Runs that tests start are noted there, not among those of whoever runs the tests. */
export const testState = join(tmpdir(), `assay-test-state-${userInfo().uid}`);

const node = process.execPath;
process.env['ASSAY_NODE'] = node;

/** Whether there are namespaces to be had, so that several files may run at once. */
export const hasMachines = spawnSync(inOwnMachine, ['-e', '0'], { stdio: 'ignore' }).status === 0;

let made = 0;

class OwnMachine extends ForksPoolWorker {
  override readonly name = 'own-machine';

  constructor(options: PoolOptions) {
    super(options);
    made += 1;
    // Locks there are told apart by process, and in namespaces of their own two processes have one number.
    this.env = { ...this.env, XDG_STATE_HOME: `${testState}-${process.pid}-${made}` };
  }

  override async start(): Promise<void> {
    // `fork` starts it where it is told no other program, and vitest tells it none.
    process.execPath = inOwnMachine;
    try {
      await super.start();
    } finally {
      process.execPath = node;
    }
  }
}

export const ownMachine: PoolRunnerInitializer = {
  name: 'own-machine',
  createPoolWorker: (options: PoolOptions) => new OwnMachine(options),
};
