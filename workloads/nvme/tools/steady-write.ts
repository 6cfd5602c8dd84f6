import type { CommandInput } from '../../kit/command.ts';
import { valueOf } from '../../kit/facts/fact.ts';
import type { Drive, HostFacts } from '../../kit/facts/host-facts.ts';
import { outputOf } from '../../kit/read-output.ts';
import { err, ok } from '../../kit/result.ts';
import { defineTool, serving } from '../../kit/tool.ts';
import { counterFiles } from '../moved-bytes.ts';
import type { StorageReading } from '../read-fio-step.ts';
import { readSteady } from '../read-steady.ts';
import type { SteadyParams } from '../workload.ts';
import { isSteady, nvme } from '../workload.ts';

/** Writes to whole drives until they are steady. What is on them is lost; only those that somebody named are written to. */
export const steadyWrite = defineTool(
  nvme,
  serving(isSteady, 'steady-write writes to whole drives only', {
    id: 'steady-write',
    rank: 15,
    origin: 'native',
    requires: {
      programs: ['gcc'],
      headers: ['linux/aio_abi.h'],
      counters: counterFiles,
      packages: ['gcc', 'libc6-dev', 'linux-libc-dev'],
    },
    needs: (params, facts) => {
      const { serials } = params;
      if (serials.length === 0)
        return err(
          'the inventory names no drive of this node that may be written to (`erase`, by serial number)',
        );
      const lost = serials.find((serial) => driveOf(serial, facts) === undefined);
      if (lost !== undefined)
        return err(`expected one drive with the serial number ${lost}, found none or several`);
      return valueOf(facts.limits.isRoot) === true
        ? ok(undefined)
        : err('needs an agent that is root: no rule of sudo is offered for what destroys');
    },
    plan: (params, facts) => [build, ...params.serials.flatMap((serial) => planDrive(serial, params, facts))],
    writtenBytes: ({ serials, driveBytes = 0 }) => serials.length * driveBytes * 3,
    parse: (outputs, params) => {
      const readings: StorageReading[] = [];
      const unmeasured: { device: string; why: string }[] = [];
      let compiler: string | undefined;
      for (const [index, serial] of params.serials.entries()) {
        const command = `run-${index}`;
        const output = outputOf(outputs, command);
        const read = output.ok ? readSteady(command, serial, output.value, params) : output;
        if (!read.ok) return read;
        compiler = read.value.compiler;
        readings.push(...read.value.readings);
        if (read.value.why !== '') unmeasured.push({ device: serial, why: read.value.why });
      }
      return compiler === undefined
        ? err('expected a drive that was written to, got none')
        : ok({ toolVersion: `gcc ${compiler}`, readings, unmeasured });
    },
  }),
);

const build: CommandInput = {
  id: 'build',
  file: 'gcc',
  args: ['-std=gnu11', '-O2', '-o', '{build}/steady-write', '{bundle}/workloads/nvme/native/steady-write.c'],
  timeoutMs: 60_000,
};

/** The one drive with this serial number; a name would lead to another drive after a boot. */
function driveOf(serial: string, { drives }: HostFacts): Drive | undefined {
  const found = (valueOf(drives) ?? []).filter((drive) => valueOf(drive.serial) === serial);
  return found.length === 1 ? found[0] : undefined;
}

/** A drive slower than this is not waited for. */
const slowestBytesPerSecond = 100e6;

function planDrive(serial: string, params: SteadyParams, facts: HostFacts): readonly CommandInput[] {
  const drive = driveOf(serial, facts);
  if (drive === undefined) return [];
  const { queueDepth, roundSeconds, mostRounds } = params;
  const fillSeconds = (2 * (valueOf(drive.sizeBytes) ?? 0)) / slowestBytesPerSecond;
  return [
    {
      id: `run-${params.serials.indexOf(serial)}`,
      file: '{build}/steady-write',
      args: [`/dev/${drive.name}`, serial, `${queueDepth}`, `${roundSeconds}`, `${mostRounds}`],
      timeoutMs: Math.ceil((120 + fillSeconds + 1.5 * roundSeconds * mostRounds) * 1000),
    },
  ];
}
