import { valueOf } from '../../workloads/kit/facts/fact.ts';
import type { HostFacts } from '../../workloads/kit/facts/host-facts.ts';
import type { Result } from '../../workloads/kit/result.ts';
import { err, ok } from '../../workloads/kit/result.ts';
import type { Tool } from '../../workloads/kit/tool.ts';
import type { RegisteredWorkload } from '../../workloads/registry.ts';

/**
 * The tool that serves an entry on a node: the pinned one, else the best-ranked one that can. The error names
 * every candidate with what it lacks, since that is what the reader has to install or to accept.
 */
export function chooseTool(
  registered: RegisteredWorkload,
  params: Record<string, unknown>,
  facts: HostFacts,
  pinned?: string,
): Result<Tool> {
  const candidates = registered.tools.filter((tool) => pinned === undefined || tool.id === pinned);
  const refusals: string[] = [];
  for (const tool of candidates) {
    if (tool.plan === undefined) {
      refusals.push(`${tool.id}: only reads logs made elsewhere`);
      continue;
    }
    const lack = lacking(tool as Tool, facts);
    if (lack !== undefined) {
      refusals.push(`${tool.id}: ${lack}`);
      continue;
    }
    const needs = tool.needs(params, facts);
    if (needs.ok) return ok(tool as Tool);
    refusals.push(`${tool.id}: ${needs.error}`);
  }
  return err(
    refusals.length === 0 ? `no tool${pinned === undefined ? '' : ` \`${pinned}\``}` : refusals.join('; '),
  );
}

/** What of a tool's requirements is not on the node, in words; `undefined` when all is there. */
export function lacking(tool: Tool, facts: HostFacts): string | undefined {
  const programs = tool.requires.programs.filter((name) => !(name in facts.programs));
  const headers = (tool.requires.headers ?? []).filter((name) => !(name in facts.headers));
  const libraries = (tool.requires.libraries ?? []).filter((name) => !(name in facts.libraries));
  const flags = valueOf(facts.cpu.flags);
  const cpuFlags = (tool.requires.cpuFlags ?? []).filter((name) => !(flags ?? []).includes(name));
  const parts = [
    ...(programs.length > 0 ? [`${programs.join(', ')} not on the PATH`] : []),
    ...(headers.length > 0 ? [`header ${headers.join(', ')} not found`] : []),
    ...(libraries.length > 0 ? [`library ${libraries.join(', ')} not found`] : []),
    ...(cpuFlags.length > 0 ? [`CPU without ${cpuFlags.join(', ')}`] : []),
  ];
  return parts.length === 0 ? undefined : parts.join(' and ');
}
