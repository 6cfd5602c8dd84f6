import { resolve } from 'node:path';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import type { ExitCode } from '../../workloads/kit/error-code.ts';
import { exitCodes } from '../../workloads/kit/error-code.ts';
import type { ProbeDocument } from '../../workloads/kit/facts/probe-output.ts';
import type { RunDirectory } from '../store/run-directory.ts';
import type { CliContext } from './command.ts';
import { defineCommand } from './command.ts';
import { lookAtMachines } from './look-at-machines.ts';
import { sshConfig } from './options.ts';

/** `assay facts <targets..>`: what is known of machines, from which probe, and why not of the rest; nothing is measured. */
export const factsCommand = defineCommand({
  command: 'facts [targets..]',
  describe: 'Show what is known about machines, from which probe, and why the rest is not',
  examples: [
    ['facts local', 'what is known about this machine'],
    ['facts --probes probes.json', 'the same from probes that were saved, without a machine'],
  ],
  builder: (argv) =>
    argv
      .positional('targets', {
        type: 'string',
        array: true,
        default: [],
        describe: '`local`, [user@]host[:port], gpu[01-04], or an inventory file',
      })
      .option('probes', {
        type: 'string',
        describe: 'Read saved probes instead (`steps/facts/probes.json` of a node); contacts nothing',
      })
      .option('ssh-config', sshConfig)
      .option('json', { type: 'boolean', default: false, describe: 'Print as JSON' }),
  run: async ({ targets, probes, sshConfig: config, json }, context) => {
    if ((probes === undefined) === (targets.length === 0)) {
      const found = probes === undefined ? 'neither' : 'both';
      throw new AssayError('USAGE', `expected machines or --probes FILE, got ${found}`, {
        hint: 'Write for example: assay facts local, or assay facts --probes probes.json.',
      });
    }
    const machines =
      probes === undefined
        ? await lookAt(targets, config, context)
        : [{ node: probes, document: await loadProbes(probes, context) }];
    const { describeFacts, traceFacts } = await import('./trace-facts.ts');
    const { cleanText, escapeJson } = await import('../../reports/text/clean-text.ts');
    const traced = machines.map(({ node, document }) => ({ node, facts: traceFacts(document) }));
    if (json) {
      const document = { schema: 'assay/facts', schemaVersion: 1, machines: traced };
      context.out.write(`${escapeJson(JSON.stringify(document, undefined, 1))}\n`);
    } else {
      for (const { node, facts } of traced)
        context.out.write(`${[cleanText(node), '', ...describeFacts(facts)].join('\n')}\n`);
    }
    return exitFor(machines.length);
  },
});

const exitFor = (reached: number): ExitCode => (reached === 0 ? exitCodes.infrastructure : exitCodes.pass);

interface Looked {
  readonly node: string;
  readonly document: ProbeDocument;
}

/** No version of Assay has as many. */
const mostProbes = 200;
const hint =
  'Give the file steps/facts/probes.json of a node: tar -xf nodes/<node>/evidence.tar in a run directory.';

/** Saved probes, of this version or one before. */
async function loadProbes(given: string, { environment }: CliContext): Promise<ProbeDocument> {
  const { ProbeDocument: schema } = await import('../../workloads/kit/facts/probe-output.ts');
  const { readDocument } = await import('../store/read-document.ts');
  const { readStrictly } = await import('../../workloads/kit/parse-json.ts');
  const { readGivenFile } = await import('./read-given-file.ts');
  const path = resolve(environment.workingDirectory, given);
  const text = await readGivenFile(path);
  const json = readStrictly(text);
  if (!json.ok)
    throw new AssayError(
      'CONFIG_INVALID',
      `${path}: expected ${json.error.expected}, found ${json.error.found}`,
      { hint },
    );
  const { value } = json;
  const said = typeof value === 'object' && value !== null && 'schema' in value ? value.schema : undefined;
  if (said !== 'assay/probes') {
    const found = typeof said === 'string' ? `\`${said.slice(0, 60)}\`` : 'a document that names none';
    throw new AssayError('CONFIG_INVALID', `${path}: expected the schema \`assay/probes\`, found ${found}`, {
      hint,
    });
  }
  const document = readDocument(schema, text, path);
  const ids = new Set(document.probes.map(({ id }) => id));
  if (document.probes.length > mostProbes || ids.size < document.probes.length)
    throw new AssayError(
      'CONFIG_INVALID',
      `${path}: expected at most ${mostProbes} probes, each once, found ${document.probes.length} of ${ids.size} names`,
      { hint },
    );
  return document;
}

/** Looks at machines and keeps nothing. */
const lookAt = (
  given: readonly string[],
  sshConfig: string | undefined,
  context: CliContext,
): Promise<readonly Looked[]> =>
  lookAtMachines(context, { given, sshConfig, suite: 'survey' }, ({ run }, seen) =>
    Promise.all((seen?.nodes ?? []).map((node) => readProbes(run, node))),
  );

async function readProbes(
  run: RunDirectory,
  { node, factsStep }: { readonly node: string; readonly factsStep: string },
): Promise<Looked> {
  const { ProbeDocument: schema } = await import('../../workloads/kit/facts/probe-output.ts');
  const { readStep } = await import('../store/kept-steps.ts');
  const { readDocument } = await import('../store/read-document.ts');
  const files = await readStep(run, { node, step: factsStep, most: mostSteps });
  const text = files.get('probes.json')?.bytes.toString('utf8') ?? '';
  return { node, document: readDocument(schema, text, `${node}: ${factsStep}/probes.json`) };
}

/** A node that was only looked at has one step, and one more for each time its agent had to start again. */
const mostSteps = 100;
