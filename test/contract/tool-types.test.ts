import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** A tool of a workload with one metric in B/s, and what its parser returns. */
const tool = (reading: string, requires = ''): string => `import * as z from 'zod';
import { readQuantity } from '../kit/read-quantity.ts';
import { err, ok } from '../kit/result.ts';
import { defineTool } from '../kit/tool.ts';
import { quantity } from '../kit/unit.ts';
import { defineWorkload } from '../kit/workload.ts';
const bandwidth = { unit: 'B/s', better: 'higher', domain: 'positive', title: 'Copied' } as const;
const copy = defineWorkload({
  id: 'copy', title: 'Copy', scope: 'node', load: 'light',
  params: z.strictObject({ blockBytes: z.number() }), metrics: { bandwidth },
});
export const nothing = quantity('B/s', 0);
const at = [{ command: 'copy', output: 'stdout', line: 1 }];
export const copier = defineTool(copy, {
  id: 'copier', rank: 1, origin: 'native', requires: { programs: [], packages: [], ${requires} },
  needs: () => ok(undefined),
  plan: (params) => [{ id: 'copy', file: 'cp', args: [String(params.blockBytes)], timeoutMs: 1 }],
  parse: () => {
    const value = readQuantity('B/s', '1');
    return value.ok ? ok({ readings: [${reading}] }) : err('no number');
  },
});`;

const good = `{ metric: 'bandwidth', value: value.value, dimensions: { lanes: 1 }, at }`;
const texts = {
  'as declared': tool(good, `counters: ['/proc/diskstats']`),
  'an undeclared metric': tool(good.replace('bandwidth', 'latency')),
  'another unit': tool(good.replace('value.value', `quantity('bit/s', 8)`)),
  'a bare number': tool(good.replace('value.value', '1')),
  'a number without its place': tool(good.replace(', at', '')),
  'a parameter that the schema lacks': tool(good).replace('params.blockBytes', 'params.blockByte'),
  'a counter outside the kernel': tool(good, `counters: ['/etc/passwd']`),
  'a unit that is no base unit': tool(good).replace(`unit: 'B/s'`, `unit: 'GB/s'`),
};

/** What the compiler says of each text as a file of a workload, with the options of this repository. */
function compile(named: Readonly<Record<string, string>>): ReadonlyMap<string, readonly string[]> {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), (path) => ts.sys.readFile(path)) as {
    config: object;
  };
  const { options } = ts.parseJsonConfigFileContent({ ...config, include: [] }, ts.sys, root);
  const planted = new Map(
    Object.values(named).map((text, index) => [join(root, `workloads/copy/planted-${index}.ts`), text]),
  );
  const host = ts.createCompilerHost(options);
  const readFile = host.readFile.bind(host);
  const fileExists = host.fileExists.bind(host);
  host.readFile = (path) => planted.get(path) ?? readFile(path);
  host.fileExists = (path) => planted.has(path) || fileExists(path);
  const program = ts.createProgram([...planted.keys()], options, host);
  return new Map(
    Object.keys(named).map((name, index) => {
      const source = program.getSourceFile(join(root, `workloads/copy/planted-${index}.ts`));
      const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
      return [name, found.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))];
    }),
  );
}

const messages = compile(texts);

it('compiles a tool that keeps to what its workload declares', () => {
  expect(messages.get('as declared')).toEqual([]);
});

it.each([
  ['an undeclared metric', /'"latency"' is not assignable to type '"bandwidth"'/],
  ['another unit', /Quantity<"bit\/s">' is not assignable to type 'Quantity<"B\/s">'/],
  ['a bare number', /'number' is not assignable to type 'Quantity<"B\/s">'/],
  ['a number without its place', /Property 'at' is missing/],
  ['a parameter that the schema lacks', /Property 'blockByte' does not exist/],
  ['a counter outside the kernel', /'"\/etc\/passwd"' is not assignable to type 'CounterFile'/],
  ['a unit that is no base unit', /'"GB\/s"' is not assignable to type/],
])('does not compile %s', (name, message) => {
  expect(messages.get(name)?.join('\n')).toMatch(message);
});
