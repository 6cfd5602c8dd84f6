import * as z from 'zod';
import { unitOfFact } from '../../workloads/kit/facts/fact-path.ts';
import { Accelerator, Drive, HostFacts, Nic } from '../../workloads/kit/facts/host-facts.ts';
import type { Requirement } from '../../workloads/kit/requirement.ts';
import type { Unit } from '../../workloads/kit/unit.ts';
import type { VersionedComponent } from '../../workloads/kit/version.ts';

export type FactType = 'string' | 'number' | 'boolean';

/** Every fact that a rule of this scope can name, with its type: read from the schemas, so never out of date. */
export function factPaths(scope: Requirement['scope']): ReadonlyMap<string, FactType> {
  return scope === 'pair' || scope === 'group' ? new Map() : new Map(walk(schemas[scope], ''));
}

/** The unit of a fact that a rule of this scope names, where it has one. */
export const unitAt = (scope: Requirement['scope'], path: string): Unit | undefined =>
  scope === 'pair' || scope === 'group' ? undefined : unitOfFact(schemas[scope], path);

const schemas = { node: HostFacts, accelerator: Accelerator, drive: Drive, nic: Nic } as const;

/** Which fact tells the version of a component, and of whom; without a path nothing reads it yet. */
export const versionFacts: Readonly<
  Record<VersionedComponent, { readonly scope: 'node' | 'accelerator' | 'nic'; readonly path: string }>
> = {
  driver: { scope: 'accelerator', path: 'driverVersion' },
  vbios: { scope: 'accelerator', path: 'firmware' },
  nccl: { scope: 'node', path: 'software.nccl' },
  'container-toolkit': { scope: 'node', path: 'software.containerToolkit' },
  bmc: { scope: 'node', path: 'identity.controllerFirmware' },
  bios: { scope: 'node', path: 'identity.firmware' },
  'nic-firmware': { scope: 'nic', path: 'firmware' },
  kernel: { scope: 'node', path: 'os.kernel' },
};

/** Every path that an inventory may claim: facts of the node, and those of all its devices of a kind. */
export function claimPaths(): ReadonlyMap<string, FactType> {
  return new Map([
    ...factPaths('node'),
    ...(['accelerator', 'drive', 'nic'] as const).flatMap((scope) =>
      [...factPaths(scope)].map(([path, type]) => [`${scope}s.${path}`, type] as const),
    ),
  ]);
}

function walk(schema: z.core.$ZodType, path: string): readonly (readonly [string, FactType])[] {
  if (schema instanceof z.ZodUnion) {
    // A fact: the branch that is known has the type; the other only says why it is not.
    const branches = schema.options.filter(
      (option) => option instanceof z.ZodObject && 'value' in option.shape,
    );
    return branches.flatMap((option) =>
      walk((option as z.ZodObject).shape['value'] as z.core.$ZodType, path),
    );
  }
  if (schema instanceof z.ZodObject) {
    const shape = schema.shape as Record<string, z.core.$ZodType>;
    return Object.entries(shape).flatMap(([key, child]) => walk(child, path === '' ? key : `${path}.${key}`));
  }
  if (schema instanceof z.ZodArray) return [[`${path}.length`, 'number']];
  if (schema instanceof z.ZodString) return [[path, 'string']];
  if (schema instanceof z.ZodNumber) return [[path, 'number']];
  if (schema instanceof z.ZodBoolean) return [[path, 'boolean']];
  return [];
}
