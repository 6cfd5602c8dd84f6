import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** `agent bridge <state> <hello>` is what the coordinator starts; `agent keeper …` is what the bridge starts. */
async function main(argv: readonly string[]): Promise<void> {
  const program = fileURLToPath(import.meta.url);
  const [verb, state = '', ...rest] = argv;
  if (verb === 'bridge') {
    // Neither loads the other's code: a bridge is started for every connection.
    const { bridge } = await import('./bridge.ts');
    const { stdin: input, stdout: output } = process;
    await bridge({ state, bundle: dirname(program), program, hello: rest[0] ?? '', input, output });
    // An open stdin would keep a bridge alive whose keeper has gone.
    process.stdin.destroy();
  } else if (verb === 'keeper') {
    const [directory = '', bundle = ''] = rest;
    const { serve } = await import('./keeper/serve.ts');
    await serve({ state, directory, bundle });
  } else {
    process.stderr.write('usage: agent bridge <state> <hello> | agent keeper <state> <directory> <bundle>\n');
    process.exitCode = 64;
  }
}

await main(process.argv.slice(2));
