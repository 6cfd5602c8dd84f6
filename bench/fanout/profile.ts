import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { basename, join } from 'node:path';
import * as z from 'zod';

// The parts of a V8 CPU profile that self time is computed from (Chrome DevTools Protocol, Profiler.Profile).
const CpuProfile = z.object({
  nodes: z.array(
    z.object({
      id: z.number(),
      callFrame: z.object({
        functionName: z.string(),
        url: z.string(),
        lineNumber: z.number(),
        columnNumber: z.number(),
      }),
    }),
  ),
  samples: z.array(z.number()),
  timeDeltas: z.array(z.number()),
});

const SourceMapDocument = z.object({
  file: z.string().default(''),
  version: z.number(),
  sources: z.array(z.string()),
  sourcesContent: z.array(z.string()),
  names: z.array(z.string()),
  mappings: z.string(),
  sourceRoot: z.string().default(''),
});

export interface ProfileRow {
  readonly part: string;
  readonly ms: number;
}

/** Self time of a profile by part of the program, largest first. `maps` has the source maps of the built files. */
export function summariseProfile(folder: string, maps: string): readonly ProfileRow[] {
  const [name] = readdirSync(folder).filter((entry) => entry.endsWith('.cpuprofile'));
  if (name === undefined) throw new Error(`expected a profile in ${folder}`);
  const profile = CpuProfile.parse(JSON.parse(readFileSync(join(folder, name), 'utf8')));
  const source = createSourceFinder(maps);
  const parts = new Map(
    profile.nodes.map(({ id, callFrame }) => [
      id,
      nameOf(source(callFrame.url, callFrame.lineNumber, callFrame.columnNumber), callFrame.functionName),
    ]),
  );
  const sums = new Map<string, number>();
  profile.samples.forEach((id, index) => {
    const part = parts.get(id) ?? 'unknown';
    sums.set(part, (sums.get(part) ?? 0) + (profile.timeDeltas[index] ?? 0) / 1000);
  });
  sums.delete('(idle)');
  return [...sums].map(([part, ms]) => ({ part, ms })).toSorted((a, b) => b.ms - a.ms);
}

/** V8 names functions of the engine and of C++ without a file; they are told apart by name. */
function nameOf(source: string, functionName: string): string {
  if (source === '')
    return functionName === ''
      ? 'native code'
      : functionName.startsWith('(')
        ? functionName
        : `native ${functionName}`;
  if (source.startsWith('node:')) return source.replace(/^(node:internal\/[^/]+|node:[^/]+).*$/, '$1');
  const [, packageName, file = ''] = /node_modules\/((?:@[^/]+\/)?[^/]+)\/(.*)$/.exec(source) ?? [];
  if (packageName === 'ssh2') return `ssh2 ${basename(file)}`;
  return packageName ?? source.replace(/^(\.\.\/|file:\/\/)*/, '');
}

function createSourceFinder(folder: string): (url: string, line: number, column: number) => string {
  const maps = new Map<string, SourceMap | undefined>();
  return (url, line, column) => {
    const path = join(folder, `${basename(url)}.map`);
    if (!url.includes(basename(folder))) return url;
    if (!maps.has(path))
      maps.set(
        path,
        existsSync(path)
          ? new SourceMap(SourceMapDocument.parse(JSON.parse(readFileSync(path, 'utf8'))))
          : undefined,
      );
    const entry = maps.get(path)?.findEntry(line, column);
    return entry !== undefined && 'originalSource' in entry ? entry.originalSource : url;
  };
}
