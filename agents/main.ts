import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { attach } from './attach.ts';
import { openStandardStream } from './standard-stream.ts';

/** `agent attach <state> <hello>` is what the coordinator starts. */
const [verb, state = '', hello = ''] = process.argv.slice(2);
if (verb === 'attach') {
  const bundle = dirname(fileURLToPath(import.meta.url));
  await attach({ state, bundle, hello, stream: openStandardStream() });
} else {
  process.stderr.write('usage: agent attach <state> <hello>\n');
  process.exitCode = 64;
}
