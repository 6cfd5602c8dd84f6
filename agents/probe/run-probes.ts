import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { controllerDevices } from '../../workloads/kit/facts/privileged-probes.ts';
import type { ProbeDocument, ProbeOutput } from '../../workloads/kit/facts/probe-output.ts';
import { clockId } from '../../workloads/kit/facts/read-clock.ts';
import { toolpackDocument } from '../../workloads/kit/facts/read-toolpack.ts';
import { parseJson } from '../../workloads/kit/parse-json.ts';
import { capture } from '../exec/capture.ts';
import { readSmallFile } from '../read-small-file.ts';
import { askAsRoot } from './ask-as-root.ts';
import { askInterfaces } from './ask-interfaces.ts';
import { findFiles, findWithFiles } from './find-files.ts';
import { findPrograms } from './find-programs.ts';
import type { Probe } from './probe.ts';
import { probeFailure } from './probe-failure.ts';
import { probeList } from './probe-list.ts';
import { readCgroup } from './read-cgroup.ts';
import { readConfigSpaces } from './read-config-spaces.ts';
import { readFileSystem } from './read-file-system.ts';
import { readProcesses } from './read-processes.ts';
import { readResidue } from './read-residue.ts';
import { readTree } from './read-tree.ts';
import { readXids } from './read-xids.ts';
import { watch } from './watch.ts';

const fileBytes = 4 * 1024 * 1024;
const jsonCharacters = 8 * 1024 * 1024;
/** A sysfs attribute of a dying device can block for ever in the kernel; the rest of the document must not. */
const lookTimeoutMs = 10_000;
const commandTimeoutMs = 20_000;

/** Looks at the node and writes down what is there. Whatever it finds or is refused is a result, never an error. */
export async function runProbes(options: {
  readonly scratchPath: string;
  /** How long the machine is watched meanwhile; 0 is not at all. */
  readonly watchMs: number;
  readonly path: string;
  readonly programs: readonly string[];
  readonly headers: readonly string[];
  readonly libraries: readonly string[];
  /** Directories to look in for headers and libraries after the usual ones; those of programs stand in `path`. */
  readonly places: readonly string[];
  /** Folder of the tool pack, in which libraries are looked for first. */
  readonly toolpack?: string | undefined;
  /** What the coordinator has seen of our clock: kept as it is. */
  readonly clock?: object | undefined;
}): Promise<ProbeDocument> {
  const { clock } = options;
  const probes = await Promise.all(probeList(options).map((probe) => inTime(probe, options.path)));
  if (clock !== undefined) probes.push({ id: clockId, status: 'read', text: JSON.stringify(clock) });
  return { schema: 'assay/probes', schemaVersion: 1, scratchPath: options.scratchPath, probes };
}

async function inTime(probe: Probe, path: string): Promise<ProbeOutput> {
  const over = new AbortController();
  // A killed program that hangs in the kernel is never reaped: do not wait for it longer than for its time-out.
  const limitMs = limitOf(probe);
  const timeout = delay(limitMs, undefined, { signal: over.signal }).then(
    (): ProbeOutput => ({ id: probe.id, status: 'timeout', text: '' }),
  );
  try {
    return await Promise.race([timeout, look(probe, path)]);
  } catch (cause) {
    return probeFailure(probe.id, cause);
  } finally {
    over.abort();
    // The abort rejects `timeout`, which nobody awaits any more.
    timeout.catch(() => undefined);
  }
}

function limitOf(probe: Probe): number {
  if (probe.kind === 'command') return (probe.timeoutMs ?? commandTimeoutMs) + 2_000;
  // Sudo is asked first, and ends what it started by itself.
  if (probe.kind === 'privileged') return probe.probe.timeoutMs + 20_000;
  return probe.kind === 'watch' ? probe.forMs + lookTimeoutMs : lookTimeoutMs;
}

async function look(probe: Probe, path: string): Promise<ProbeOutput> {
  switch (probe.kind) {
    case 'file':
      return { id: probe.id, status: 'read', text: await readSmallFile(probe.id, fileBytes) };
    case 'access':
      await (await open(probe.path, constants.O_RDONLY | constants.O_NONBLOCK)).close();
      return { id: probe.id, status: 'read', text: '' };
    case 'command':
      return capture(
        { id: probe.id, file: probe.file, args: probe.args, timeoutMs: probe.timeoutMs ?? commandTimeoutMs },
        path,
      );
    case 'privileged':
      return askAsRoot(probe.probe, path, controllerDevices);
    case 'tree':
      return json(probe.id, await readTree(probe.patterns));
    case 'toolpack':
      return json(probe.id, { folder: probe.folder, document: await readToolpack(probe.folder) });
    case 'xids':
      return json(probe.id, readXids(probe.path));
    case 'cgroup':
      return json(probe.id, await readCgroup());
    case 'processes':
      return json(probe.id, await readProcesses());
    case 'residue':
      return json(probe.id, await readResidue(''));
    case 'addresses':
      return json(probe.id, networkInterfaces());
    case 'bridges':
      return json(probe.id, await readConfigSpaces());
    case 'interfaces':
      return askInterfaces(probe.id, path);
    case 'file-system':
      return json(probe.id, await readFileSystem(probe.path));
    case 'watch':
      return json(probe.id, await watch(probe.forMs, path));
    case 'programs':
      return json(probe.id, await findPrograms(probe.names, path));
    case 'files':
      return json(
        probe.id,
        await (probe.withFiles === true ? findWithFiles : findFiles)(probe.names, probe.roots),
      );
  }
}

async function readToolpack(folder: string): Promise<unknown> {
  return parseJson(await readSmallFile(join(folder, toolpackDocument), fileBytes));
}

function json(id: string, value: object): ProbeOutput {
  const text = JSON.stringify(value);
  if (text.length > jsonCharacters)
    throw new Error(`${id}: expected at most ${jsonCharacters} characters, got ${text.length}`);
  return { id, status: 'read', text };
}
