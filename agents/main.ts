import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bridge } from './bridge.ts';
import { serve } from './keeper/serve.ts';

/** `agent bridge <state>` is what the coordinator starts; `agent keeper …` is what the bridge starts. */
async function main(argv: readonly string[]): Promise<void> {
  const program = fileURLToPath(import.meta.url);
  const [verb, state = '', directory = '', bundle = ''] = argv;
  if (verb === 'bridge') {
    await bridge({ state, bundle: dirname(program), program, input: process.stdin, output: process.stdout });
    // An open stdin would keep a bridge alive whose keeper has gone.
    process.stdin.destroy();
  } else if (verb === 'keeper') {
    await serve({ state, directory, bundle });
  } else {
    process.stderr.write('usage: agent bridge <state> | agent keeper <state> <directory> <bundle>\n');
    process.exitCode = 64;
  }
}

await main(process.argv.slice(2));
