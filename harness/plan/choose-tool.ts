import type { Said } from '../../reports/verdict/said.ts';
import { valueOf } from '../../workloads/kit/facts/fact.ts';
import type { HostFacts } from '../../workloads/kit/facts/host-facts.ts';
import type { Result } from '../../workloads/kit/result.ts';
import { err, ok } from '../../workloads/kit/result.ts';
import type { Tool } from '../../workloads/kit/tool.ts';
import type { RegisteredWorkload } from '../../workloads/registry.ts';

/**
 * The tool that serves an entry on a node: the pinned one, else the best-ranked one that can. The error names
 * every candidate for these parameters with what it lacks, since that is what the reader has to install or to accept.
 */
export function chooseTool(
  registered: RegisteredWorkload,
  params: Record<string, unknown>,
  facts: HostFacts,
  pinned?: string,
): Result<Tool, Said> {
  const asked = registered.tools.filter((tool) => pinned === undefined || tool.id === pinned);
  // What is for other parameters lacks nothing: it is named only where nothing else is there.
  const serving = asked.filter(({ serves }) => serves?.(params) !== false);
  const candidates = serving.length > 0 ? serving : asked;
  const refusals: { tool: string; why: Said }[] = [];
  for (const tool of candidates) {
    const why = whyNot(tool as Tool, params, facts);
    if (why === undefined) return ok(tool as Tool);
    refusals.push({ tool: tool.id, why });
  }
  return err({ say: 'tools-lack', tools: refusals, ...(pinned === undefined ? {} : { pinned }) });
}

function whyNot(tool: Tool, params: Record<string, unknown>, facts: HostFacts): Said | undefined {
  if (tool.plan === undefined) return { say: 'only-reads' };
  const lack = lacking(tool, facts);
  if (lack !== undefined) return lack;
  const needs = tool.needs(params, facts);
  return needs.ok ? undefined : { say: 'quoted', text: needs.error };
}

/** What of a tool's requirements is not on the node; `undefined` when all is there. */
export function lacking(
  { requires }: Tool,
  facts: HostFacts,
): Extract<Said, { readonly say: 'lacks' }> | undefined {
  const flags = valueOf(facts.cpu.flags) ?? [];
  const lack = {
    programs: requires.programs.filter((name) => !(name in facts.programs)),
    headers: (requires.headers ?? []).filter((name) => !(name in facts.headers)),
    libraries: (requires.libraries ?? []).filter((name) => !(name in facts.libraries)),
    cpuFlags: (requires.cpuFlags ?? []).filter((name) => !flags.includes(name)),
  };
  return Object.values(lack).every((names) => names.length === 0) ? undefined : { say: 'lacks', ...lack };
}
