import type { RunMaterial } from '../../store/run-material.ts';
import type { Dossier } from '../dossier.ts';

/** Lists of devices, with what a manifest calls one. */
const parts = { accelerators: 'accelerator', drives: 'drive', nics: 'nic' } as const;
export type DeviceList = keyof typeof parts;

/** Whether somebody says that a node has devices of a kind: its class, a claim about it, or the manifest. */
export function areExpected(
  list: DeviceList,
  { id, claims }: Pick<Dossier, 'id' | 'claims'>,
  { manifest }: Pick<RunMaterial, 'manifest'>,
): boolean {
  const count = claims[`${list}.length`];
  if (count !== undefined) return Number(count) > 0;
  return (
    Object.keys(claims).some((path) => path.startsWith(`${list}.`)) ||
    manifest?.parts.some(({ node, part }) => node === id && part === parts[list]) === true
  );
}
