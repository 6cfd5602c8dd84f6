import { AssayError } from '../../workloads/kit/assay-error.ts';
import { isShared } from '../../workloads/kit/workload.ts';
import type { Registry } from '../../workloads/registry.ts';
import { describeIssues, showValue } from './describe-issues.ts';
import { suggestName } from './nearest-name.ts';
import { deepFreeze, readConfig } from './read-config.ts';
import type { Source } from './read-yaml.ts';
import type { SuiteEntry } from './suite.ts';
import { Suite, SuiteEntries, SuiteFrame } from './suite.ts';

/** A suite from its text: every workload, tool and parameter must exist before any node is touched. */
export function readSuite(source: Source, registry: Registry): Suite {
  const suite = readConfig(Suite, source);
  checkEntries(
    suite.entries.map((entry, index) => ({ entry, place: `${source.file}: entries[${index}]` })),
    registry,
  );
  return suite;
}

/** A suite from its frame and from what each workload gives for it. */
export function assembleSuite(
  frame: Source,
  parts: readonly { readonly workload: string; readonly source: Source }[],
  registry: Registry,
): Suite {
  const placed = parts
    .map(({ workload, source }) => ({ workload, source, ...readConfig(SuiteEntries, source) }))
    .toSorted((a, b) => a.order - b.order || (a.workload < b.workload ? -1 : 1))
    .flatMap(({ workload, source, entries }) =>
      entries.map(({ id, ...entry }, index) => ({
        entry: { id, workload, ...entry },
        place: `${source.file}: entries[${index}]`,
      })),
    );
  checkEntries(placed, registry);
  return deepFreeze({ ...readConfig(SuiteFrame, frame), entries: placed.map(({ entry }) => entry) });
}

function checkEntries(
  entries: readonly { readonly entry: SuiteEntry; readonly place: string }[],
  registry: Registry,
): void {
  const seen = new Set<string>();
  for (const { entry, place } of entries) {
    if (seen.has(entry.id)) refuse(`${place}.id: expected each id once, got \`${entry.id}\` again`);
    seen.add(entry.id);
    const registered = registry.get(entry.workload);
    if (registered === undefined) {
      return refuse(
        `${place}.workload: expected a workload, got \`${entry.workload}\``,
        suggestName(entry.workload, registry.keys()),
      );
    }
    const tools = registered.tools.map(({ id }) => id);
    if (entry.tool !== undefined && !tools.includes(entry.tool)) {
      refuse(
        `${place}.tool: expected a tool of ${entry.workload}, got \`${entry.tool}\``,
        suggestName(entry.tool, tools),
      );
    }
    const params = registered.workload.params.safeParse(entry.params);
    if (!params.success) {
      const { message, hint } = describeIssues(
        `${place}.params`,
        registered.workload.params,
        entry.params,
        params.error,
      );
      return refuse(message, hint);
    }
    const isAcross = isShared(registered.workload, params.data);
    if (isAcross !== (entry.across !== undefined)) {
      refuse(
        `${place}.across: expected ${isAcross ? `\`pairs\` or \`all\`, since ${entry.workload} needs several nodes` : `nothing, since ${entry.workload} is measured on one node`}, got ${showValue(entry.across)}`,
      );
    }
  }
}

function refuse(message: string, hint = 'Correct the suite.'): never {
  throw new AssayError('CONFIG_INVALID', message, { hint });
}
