import { lstatSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import type { ProbeOutput } from '../../workloads/kit/facts/probe-output.ts';
import { capture } from '../exec/capture.ts';
import { findPrograms } from './find-programs.ts';

const folder = '/sys/class/net';
const mostInterfaces = 64;
const timeoutMs = 5_000;

/** Asks ethtool about each interface with a device behind it: its driver and, as root only, its transceiver. */
export async function askInterfaces(id: string, path: string): Promise<ProbeOutput> {
  const names = (await withDevices()).slice(0, mostInterfaces);
  if (names.length === 0) return { id, status: 'read', text: '{}' };
  // Each start costs a node a millisecond, also of what is not there.
  const { ethtool } = await findPrograms(['ethtool'], path);
  if (ethtool === undefined) return { id, status: 'absent', text: '' };
  const isRoot = process.geteuid?.() === 0;
  const ask = async (flag: string, name: string): Promise<Pick<ProbeOutput, 'status' | 'text'>> => {
    const answer = await capture({ id: name, file: ethtool, args: [flag, name], timeoutMs }, path);
    return { status: answer.status, text: answer.text };
  };
  const answers = await Promise.all(
    names.map(async (name) => {
      const [driver, module] = await Promise.all([ask('-i', name), isRoot ? ask('-m', name) : undefined]);
      return [name, { driver, ...(module === undefined ? {} : { module }) }] as const;
    }),
  );
  return { id, status: 'read', text: JSON.stringify(Object.fromEntries(answers)) };
}

/** Virtual functions are left out: there can be hundreds, all with the card's own answers. */
async function withDevices(): Promise<string[]> {
  const isThere = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  const names = (await readdir(folder)).filter((name) => !name.startsWith('-')).toSorted();
  return names.filter(
    (name) => isThere(`${folder}/${name}/device`) && !isThere(`${folder}/${name}/device/physfn`),
  );
}
