import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, closeSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { StepOutputs } from '../../../workloads/kit/tool.ts';

const pathOf = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const strict = ['-std=gnu11', '-O1', '-Wall', '-Wextra', '-Werror'];

/** Builds a `libnvidia-ml.so.1` that plays; where it finds its scenario is the environment's or `scenario`'s. */
export function buildManagementLibrary(folder: string, scenario?: string): string {
  mkdirSync(folder, { recursive: true });
  const library = join(folder, 'libnvidia-ml.so.1');
  const place = scenario === undefined ? [] : [`-DSCENARIO=${JSON.stringify(scenario)}`];
  execFileSync('gcc', [...strict, ...place, '-shared', '-fPIC', '-o', library, pathOf('libnvidia-ml.c')]);
  return library;
}

/** The recorder and its library in a folder: each recording is a process of its own. */
export interface Recorder {
  readonly folder: string;
  readonly program: string;
}

export function buildRecorder(folder: string): Recorder {
  buildManagementLibrary(folder);
  const program = join(folder, 'record');
  const source = pathOf('../../../workloads/accelerator-health/native/record.c');
  execFileSync('gcc', [...strict, '-o', program, source, '-ldl']);
  return { folder, program };
}

/** Of one device in the state that all processes share (`struct happened`). */
const happened = { bytes: 32, launches: 0, aggregate: 16, isLost: 24, user: 28 } as const;

let count = 0;

/**
 * What the recorder prints of a scenario of which all devices are loaded meanwhile, by this process, up to so many launches.
 * `lost` are places of devices that are gone then.
 */
export async function recordPlayed(
  { folder, program }: Recorder,
  scenario: readonly string[],
  {
    launches = 10,
    lost = [],
    errors = [],
    isLoaded = true,
    kernelSays,
  }: {
    readonly launches?: number;
    readonly lost?: readonly number[];
    readonly errors?: readonly number[];
    readonly isLoaded?: boolean;
    /** Lines of a kernel log of its own, which come while it records. */
    readonly kernelSays?: readonly string[];
  } = {},
): Promise<StepOutputs> {
  const path = join(folder, `scenario-${(count += 1)}`);
  writeFileSync(path, scenario.map((line) => `${line}\n`).join(''));
  const addresses = scenario.flatMap((line) => (line.startsWith('gpu ') ? [line.slice('gpu '.length)] : []));
  const began = performance.now();
  const log = `${path}.kmsg`;
  writeFileSync(log, '');
  const itself = [program, '0.1', ...addresses];
  const [file, ...args] =
    kernelSays === undefined
      ? itself
      : ['unshare', '--mount', 'sh', '-ec', `mount --bind ${log} /dev/kmsg; exec "$@"`, 'sh', ...itself];
  const child = spawn(file ?? '', args, {
    env: { PATH: process.env['PATH'] ?? '', ASSAY_STAND_IN: path, LD_LIBRARY_PATH: folder },
  });
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (text: string) => {
      texts[name] += text;
    });
  const ended = once(child, 'close') as Promise<[number | null]>;
  await Promise.race([once(child.stdout, 'data'), ended]);
  if (child.exitCode === null && texts.stdout !== '') {
    const state = openSync(`${path}.state`, 'r+');
    for (const index of addresses.keys()) {
      const bytes = Buffer.alloc(happened.bytes);
      bytes.writeBigInt64LE(BigInt(launches), happened.launches);
      bytes.writeBigInt64LE(errors.includes(index) ? 1n : 0n, happened.aggregate);
      bytes.writeInt32LE(lost.includes(index) ? 1 : 0, happened.isLost);
      bytes.writeInt32LE(isLoaded ? process.pid : 0, happened.user);
      writeSync(state, bytes, 0, bytes.length, happened.bytes * index);
    }
    closeSync(state);
    appendFileSync(log, (kernelSays ?? []).map((line) => `${line}\n`).join(''));
    await sleep(500);
    child.kill('SIGTERM');
  }
  const [exitCode] = await ended;
  return {
    run: {
      ...texts,
      exitCode: exitCode ?? undefined,
      artifacts: {},
      durationMs: performance.now() - began,
    },
  };
}
