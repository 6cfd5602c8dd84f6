import type { Result } from '../result.ts';
import type { Fact } from './fact.ts';
import type { AcceleratorFault } from './host-facts.ts';
import type { Count } from './read-counts.ts';

/** One GPU in the words of its vendor's tool. `N/A` is unknown; `Unknown Error` is a sick GPU; neither is 0. */
export interface ToldGpu {
  readonly address: string;
  /** What the driver says is wrong with it. */
  readonly fault: AcceleratorFault | undefined;
  readonly productName: Fact<string>;
  readonly uuid: Fact<string>;
  readonly serial: Fact<string>;
  readonly driverVersion: Fact<string>;
  readonly vbiosVersion: Fact<string>;
  readonly confidentialComputing: Fact<boolean>;
  readonly fabric: Fact<string>;
  readonly memoryBytes: Fact<number>;
  readonly memoryUsedBytes: Fact<number>;
  readonly eccEnabled: Fact<boolean>;
  readonly isPartitioned: Fact<boolean>;
  readonly persistenceEnabled: Fact<boolean>;
  readonly clocksLowered: Fact<boolean>;
  readonly powerLimitWatts: Fact<number>;
  readonly defaultPowerLimitWatts: Fact<number>;
  /** Of its sensor, at which the driver slows it down. */
  readonly temperatureLimitCelsius: Fact<number>;
  /** Memory errors that could not be corrected, in its life (AMD: since its driver was loaded); `undefined`: it counts none. */
  readonly uncorrectedErrors: Result<number | undefined>;
  /** What it counts and does not raise while it is in order, as far as its driver tells. */
  readonly counts: readonly Omit<Count, 'of'>[];
  readonly rowRemapPending: Fact<boolean>;
  readonly rowRemapFailure: Fact<boolean>;
  /** Share of the last sample period (a sixth of a second to a second) in which a kernel ran, in per cent. */
  readonly busyPercent: Fact<number>;
  /** Processes that compute: pid and program. */
  readonly computeProcesses: Fact<readonly string[]>;
}

/** What the tool of a vendor said of the machine. */
export interface ToldAnswer {
  readonly gpus: readonly ToldGpu[];
  /** What it said of GPUs beside the document, by address: that it could not ask one, or found it damaged. */
  readonly words: ReadonlyMap<string, string>;
}
