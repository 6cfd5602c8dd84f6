import { relative, resolve } from 'node:path';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import { exitCodes } from '../../workloads/kit/error-code.ts';
import { defineCommand } from './command.ts';

/** `assay init 'gpu[01-32]'`: an inventory of these machines, to be written on in. */
export const initCommand = defineCommand({
  command: 'init <targets..>',
  describe: 'Write an inventory file for machines, which plan and certify take; contacts none of them',
  examples: [
    ["init 'gpu[01-32]'", 'rack.yaml with 32 machines'],
    [
      "init 'admin@gpu[01-08].hall:2222' --class hgx-h100-8 --out hall2.yaml",
      'and what each of them is claimed to be',
    ],
  ],
  builder: (argv) =>
    argv
      .positional('targets', {
        type: 'string',
        array: true,
        demandOption: true,
        describe: 'Machines as ssh takes them ([user@]host[:port]), sets of them (gpu[01-32]), or `local`',
      })
      .option('class', { type: 'string', describe: 'Hardware class that all of them are claimed to be' })
      .option('out', {
        type: 'string',
        default: 'rack.yaml',
        describe: 'File to write, which must not be there',
      }),
  run: async ({ targets, class: claimed, out: file }, { environment, out }) => {
    const { link, rm, writeFile } = await import('node:fs/promises');
    const { loadTargets, targetEntry } = await import('./targets.ts');
    const { readInventory } = await import('../config/load-inventory.ts');
    const { loadClasses } = await import('../config/hardware-class.ts');
    const { resource } = await import('../resources.ts');
    const { schemaPath } = await import('../config/json-schemas.ts');
    const { partialOf } = await import('../../agents/protocol/write-whole.ts');
    const { cleanText } = await import('../../reports/text/clean-text.ts');
    const wanted = (await loadTargets(targets, environment)).inventory.nodes.map(({ name }) => name);
    const entries = targets.map(targetEntry);
    const text = inventoryText(entries, claimed, resource(schemaPath('inventory')));
    const path = resolve(environment.workingDirectory, file);
    // What is written has to be what was meant.
    const { nodes } = readInventory(
      { file: path, text },
      await loadClasses(resource('harness/profiles/classes')),
    );
    if (nodes.map(({ name }) => name).join('\n') !== wanted.join('\n'))
      throw new AssayError(
        'INTERNAL',
        `expected an inventory of ${wanted.length} machines, made one of ${nodes.length}`,
      );
    const partial = partialOf(path);
    try {
      await writeFile(partial, text, { flag: 'wx', flush: true });
      await link(partial, path); // never over a file
    } catch (cause) {
      throw refusal(cause, path);
    } finally {
      await rm(partial, { force: true });
    }
    const shown = relative(environment.workingDirectory, path);
    out.write(
      cleanText(`wrote ${shown}: ${nodes.length === 1 ? '1 machine' : `${nodes.length} machines`}.`) +
        cleanText(` Look at it, then: ${environment.called} plan ${shown} --profile cpu-cluster`) +
        '\n',
    );
    return exitCodes.pass;
  },
});

function refusal(cause: unknown, path: string): AssayError {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  if (code === 'EEXIST')
    return new AssayError('USAGE', `expected no file at ${path}, found one`, {
      cause,
      hint: 'Name another one with --out; nothing is written over.',
    });
  const error = AssayError.from(cause);
  if (error.code !== 'INTERNAL') return error;
  return new AssayError('USAGE', `expected to be able to write ${path}: ${error.message}`, {
    cause,
    hint: 'Name a file in a folder that is there and yours with --out.',
  });
}

const inventoryText = (
  entries: readonly { readonly name: string; readonly host?: string }[],
  claimed: string | undefined,
  schema: string,
): string => `# yaml-language-server: $schema=${schema}
# What each key is for: docs/inventory.md. Lines that begin with # are what is most often wanted next.
schema: assay/inventory
schemaVersion: 1
# ssh: { config: ssh_config } # instead of your own ~/.ssh/config
# fabric: { interface: ib0 } # the network under test between the nodes
# golden: … # the machine that all others are to be configured like
# manifest: delivered.csv # what the supplier says was delivered
# powerDomains:
#   - { id: feed-a, limitKw: 45, nodes: "…" } # needs maxWatts of each node
nodes:
${entries.map((entry) => `  - ${flow({ ...entry, ...(claimed === undefined ? {} : { class: claimed }) })}`).join('\n')}
# class, rack, slot, maxWatts: what is claimed about each, and where it stands
`;

/** A YAML flow mapping of texts; JSON's strings are YAML's. */
const flow = (entry: Readonly<Record<string, string>>): string =>
  `{ ${Object.entries(entry)
    .map(([key, value]) => `${key}: ${JSON.stringify(value)}`)
    .join(', ')} }`;
