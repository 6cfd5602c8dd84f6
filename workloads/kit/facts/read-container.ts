import type { Evidence } from './evidence.ts';
import { valueOf } from './fact.ts';

/** In systemd's words (systemd-detect-virt --container --list). */
const containers: ReadonlySet<string> = new Set([
  'openvz',
  'lxc',
  'lxc-libvirt',
  'systemd-nspawn',
  'docker',
  'podman',
  'rkt',
  'wsl',
  'proot',
  'pouch',
  'container-other',
]);

/** Files that engines leave in their containers, with the engine's word. */
export const containerFiles: Readonly<Record<string, string>> = {
  '/run/.containerenv': 'podman',
  '/.dockerenv': 'docker',
};

/** Where an engine puts its containers in the hierarchies of version 1, which a container sees whole. */
const folders = [
  [/\/docker(\/|-)|\/kubepods/, 'docker'],
  [/\/libpod(_parent)?[-/]/, 'podman'],
  [/\/lxc(\/|\.)/, 'lxc'],
] as const;

/** What kind of container the agent is in, by what can be seen of it; `undefined`: nothing says that it is in one. */
export function containerOf(evidence: Evidence): string | undefined {
  const word = evidence.output('systemd-detect-virt')?.text.trim() ?? '';
  // It names a container before a virtual machine: any other word of its says that there is none.
  if (/^[a-z][a-z0-9-]*$/.test(word)) return containers.has(word) ? word : undefined;
  const settings = valueOf(evidence.tree('host settings')) ?? {};
  const left = Object.entries(containerFiles).find(([file]) => settings[file] !== undefined);
  if (left !== undefined) return left[1];
  const cgroup = valueOf(evidence.text('/proc/self/cgroup')) ?? '';
  return folders.find(([folder]) => folder.test(cgroup))?.[1];
}
